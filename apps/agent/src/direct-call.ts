import { fillPlaybook, findPlaybook, type Playbook } from '@outdial/playbooks';
import type { PlaybookFolder } from '@outdial/playbooks/files';
import { DEFAULT_PLAYBOOKS_DIR, transferHostsOf } from '@outdial/runtime';
import {
  type CallMetadata,
  type GrantedCall,
  parsePhoneNumber,
  type TransferTarget,
  toTransferUri,
  withTransferTarget,
} from '@outdial/telephony';
import type { AgentConfig } from './config.ts';

/** A dispatch made without the bridge, read as a call, or why it cannot be. */
export type DirectCall =
  | { readonly status: 'ok'; readonly call: GrantedCall }
  | { readonly status: 'invalid'; readonly reason: string };

type Read<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'invalid'; readonly reason: string };

const invalid = (reason: string) => ({ status: 'invalid', reason }) as const;

/**
 * The agent's own default playbook, from its PLAYBOOKS_DIR. The reader of files is loaded for such calls
 * only: every job process would hold it in memory.
 */
export const readDefaultPlaybook = async (config: AgentConfig): Promise<Read<Playbook>> => {
  const { openPlaybookFolder } = await import('@outdial/playbooks/files');
  const folder: PlaybookFolder = openPlaybookFolder(config.PLAYBOOKS_DIR, {
    defaultCountry: config.DEFAULT_COUNTRY,
    mustExist: config.PLAYBOOKS_DIR !== DEFAULT_PLAYBOOKS_DIR,
  });
  const found = findPlaybook(await folder.read(), null);
  return found.status === 'found' ? { status: 'ok', value: found.playbook } : invalid(found.detail);
};

const readTarget = (field: string, target: string, config: AgentConfig): Read<string> => {
  const read = toTransferUri(target, {
    defaultCountry: config.DEFAULT_COUNTRY,
    allowedHosts: transferHostsOf(config),
  });
  return read.status === 'invalid' ? invalid(`${field}: ${read.reason}`) : { status: 'ok', value: read.uri };
};

/**
 * Reads the metadata of `lk dispatch create` as a call; limits come from the agent's environment and from
 * `playbook`, the agent's own default. Rails are checked later, as for every call.
 */
export const callFromMetadata = (
  metadata: CallMetadata,
  config: AgentConfig,
  playbook: Playbook,
): DirectCall => {
  const destination = parsePhoneNumber(metadata.destination, config.DEFAULT_COUNTRY);
  if (destination.status === 'invalid') return invalid(`destination: ${destination.reason}`);
  const own =
    metadata.transfer_target === null
      ? null
      : readTarget('transfer_target', metadata.transfer_target, config);
  if (own?.status === 'invalid') return own;

  const filled = fillPlaybook(playbook, {
    greeting: null,
    instructions: null,
    variables: {},
    builtIn: {
      account_code: metadata.account_code,
      caller_name: metadata.caller_name ?? config.SIP_DISPLAY_NAME,
      destination: destination.number.e164,
    },
  });
  if (filled.status === 'refused') return invalid(filled.detail);
  const { max_call_seconds: limit, transfer_targets: targets, ...words } = filled.playbook;
  const transferTargets: TransferTarget[] = [];
  for (const { name, description, target } of targets) {
    const read = readTarget(`the playbook's target ${name}`, target, config);
    if (read.status === 'invalid') return read;
    transferTargets.push({ name, description, uri: read.value });
  }
  const transferTarget = own?.value ?? null;
  return {
    status: 'ok',
    call: {
      id: 'direct',
      destination: destination.number.e164,
      account_code: metadata.account_code,
      transfer_target: transferTarget,
      caller_id: metadata.caller_id,
      caller_name: metadata.caller_name,
      ring_timeout_seconds: config.RING_TIMEOUT_SECONDS,
      max_call_seconds: limit ?? config.MAX_CALL_SECONDS,
      voicemail: 'hang_up',
      record: false,
      playbook: withTransferTarget({ ...words, transfer_targets: transferTargets }, transferTarget),
      traceparent: null,
    },
  };
};
