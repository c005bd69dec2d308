import { type GrantedPlaybook, withTransferTarget } from '@outdial/telephony';
import type { DispatchCommand } from './dispatch-command.ts';
import type { DialSettings, RailVerdict } from './guard-rails.ts';
import type { ChosenPlaybook, PlaybookChoice } from './playbook-choice.ts';
import { pass, refuse } from './rail-verdict.ts';
import { checkTransferTarget } from './transfer-check.ts';

/** What the rails say about a request's playbook, and the playbook as the call will have it. */
export type PlaybookReport = {
  readonly verdicts: readonly RailVerdict[];
  /** `null` when something is refused. */
  readonly granted: GrantedPlaybook | null;
};

type Targets =
  | { readonly status: 'allowed'; readonly targets: GrantedPlaybook['transfer_targets'] }
  | { readonly status: 'refused'; readonly verdict: RailVerdict };

/** Each named target passes the rails of `transfer_target`; the first that does not is told by its name. */
const checkTargets = (playbook: ChosenPlaybook, settings: DialSettings): Targets => {
  const targets: GrantedPlaybook['transfer_targets'] = [];
  for (const { name, description, target } of playbook.transfer_targets) {
    const check = checkTransferTarget(target, settings);
    if (check.status === 'refused') {
      const detail = `The playbook "${playbook.name}" cannot transfer to its target ${name}: ${check.reason}`;
      return { status: 'refused', verdict: refuse('playbook', check.code, detail) };
    }
    targets.push({ name, description, uri: check.uri });
  }
  return { status: 'allowed', targets };
};

const voicemailRail = (command: DispatchCommand, playbook: ChosenPlaybook): readonly RailVerdict[] => {
  if (command.voicemail !== 'leave_message') return [];
  if (playbook.voicemail_message !== null) {
    return [pass('voicemail', `The playbook "${playbook.name}" has a message to leave.`)];
  }
  const detail = `The playbook "${playbook.name}" has no voicemail_message to leave; add one, or send hang_up.`;
  return [refuse('voicemail', 'voicemail_message_missing', detail)];
};

const recordRail = (
  command: DispatchCommand,
  playbook: ChosenPlaybook,
  settings: DialSettings,
): readonly RailVerdict[] => {
  if (!(command.record ?? settings.recordCalls)) return [];
  if (playbook.recording_notice !== null) {
    return [pass('record', `The playbook "${playbook.name}" tells the callee that the call is recorded.`)];
  }
  const detail = `The playbook "${playbook.name}" has no recording_notice, and nobody is recorded without one; add it, or send record: false.`;
  return [refuse('record', 'recording_notice_missing', detail)];
};

const ownTargetRail = (command: DispatchCommand, playbook: ChosenPlaybook): readonly RailVerdict[] => {
  if (command.transfer_target === undefined || playbook.tools.includes('transfer_call')) return [];
  const detail = `The playbook "${playbook.name}" never transfers: add transfer_call to its tools, or leave out transfer_target.`;
  return [refuse('transfer_target', 'transfer_tool_missing', detail)];
};

/**
 * Everything that a request's playbook must hold for it. `ownTarget` is the request's own transfer target,
 * a URI that passed already.
 */
export const playbookRails = (
  command: DispatchCommand,
  choice: PlaybookChoice,
  ownTarget: string | null,
  settings: DialSettings,
): PlaybookReport => {
  if (choice.status === 'refused') {
    return { verdicts: [refuse(choice.field, choice.code, choice.detail)], granted: null };
  }
  const { playbook } = choice;
  const checked = checkTargets(playbook, settings);
  if (checked.status === 'refused') return { verdicts: [checked.verdict], granted: null };
  const names = checked.targets.map(({ name }) => name);
  const reach = names.length === 0 ? '' : ` It may transfer to ${names.join(', ')}.`;
  const verdicts = [
    pass('playbook', `The playbook "${playbook.name}" may be used.${reach}`),
    ...(command.variables === undefined ? [] : [pass('variables', 'Every variable has its value.')]),
    ...ownTargetRail(command, playbook),
    ...voicemailRail(command, playbook),
    ...recordRail(command, playbook, settings),
  ];
  const { max_call_seconds: _limit, ...words } = playbook;
  const granted = withTransferTarget({ ...words, transfer_targets: checked.targets }, ownTarget);
  return { verdicts, granted: verdicts.every(({ code }) => code === null) ? granted : null };
};
