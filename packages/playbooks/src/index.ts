export { DEFAULT_PLAYBOOK } from './default-playbook.ts';
export { type CallWords, DEFAULT_TRANSFER_TARGET, playbookForCall } from './playbook-for-call.ts';
