import { Option } from 'commander';
import type { Accepted, Checked } from '../answers.ts';
import { acceptedLine, callLines, checkLines } from '../call-lines.ts';
import { collectVariable, type Variables } from '../variables.ts';
import { show, type Verb, type VerbDeps, wholeNumber, withJson } from '../verb.ts';
import { waitForEnd } from '../wait-for-end.ts';

type Options = {
  readonly accountCode?: string;
  readonly transferTarget?: string;
  readonly callerId?: string;
  readonly playbook?: string;
  readonly var: Variables;
  readonly voicemail?: string;
  readonly scheduleAt?: string;
  readonly notAfter?: string;
  readonly maxAttempts?: number;
  readonly callbackUrl?: string;
  readonly idempotencyKey?: string;
  readonly dryRun?: true;
  readonly wait?: true;
  readonly json?: true;
};

const bodyOf = (destination: string, options: Options) => ({
  destination,
  account_code: options.accountCode,
  transfer_target: options.transferTarget,
  caller_id: options.callerId,
  playbook: options.playbook,
  variables: Object.keys(options.var).length === 0 ? undefined : options.var,
  voicemail: options.voicemail,
  schedule_at: options.scheduleAt,
  not_after: options.notAfter,
  max_attempts: options.maxAttempts,
  callback_url: options.callbackUrl,
  idempotency_key: options.idempotencyKey,
  dry_run: options.dryRun,
});

const dryRun = async (deps: VerbDeps, destination: string, options: Options): Promise<void> => {
  const answer = await deps.bridge().post<Checked>('/dispatch', bodyOf(destination, options));
  show(deps, options, answer, checkLines);
  if (!answer.body.would_call) deps.sayNo();
};

const call = async (deps: VerbDeps, destination: string, options: Options): Promise<void> => {
  const bridge = deps.bridge();
  const accepted = await bridge.post<Accepted>('/dispatch', bodyOf(destination, options));
  if (!options.wait) return show(deps, options, accepted, acceptedLine);
  deps.note(acceptedLine(accepted.body));
  const ended = await waitForEnd(bridge, accepted.body.id, deps.note);
  show(deps, options, ended, callLines);
  if (ended.body.status !== 'completed') deps.sayNo();
};

/** `outdial call`: asks for a call. */
export const callVerb: Verb = (program, deps) => {
  withJson(
    program
      .command('call')
      .description('call a number')
      .argument('<destination>', 'the number, as +E.164, national or tel:; quote it if it has spaces')
      .option('--account-code <code>', 'goes out as X-Account-Code')
      .option('--transfer-target <target>', 'where the agent may transfer to: a number or a sip: URI')
      .option('--caller-id <id>', 'number or name in From, sent exactly as written')
      .option('--playbook <name>', 'what the agent is to do; default: the playbook default')
      .option('--var <name=value>', 'a variable of the playbook, as often as needed', collectVariable, {})
      .option('--voicemail <what>', 'hang_up or leave_message')
      .option('--schedule-at <time>', 'when to call, e.g. 2026-03-01T09:00:00+10:00')
      .option('--not-after <time>', 'the call is canceled if it cannot start by then')
      .option('--max-attempts <n>', 'calls in all when it is busy or nobody answers, 1 to 3', wholeNumber)
      .option('--callback-url <url>', 'is told how the call ended')
      .option('--idempotency-key <key>', 'the same key again is the same call, never a second one')
      .addOption(
        new Option(
          '--dry-run',
          'every check and its verdict, no call; exit code 1 if it would not be called',
        ).conflicts('wait'),
      ),
  )
    .option('--wait', 'wait for the end; exit code 0 if the call was completed, 1 if not')
    .action((destination: string, options: Options) =>
      options.dryRun ? dryRun(deps, destination, options) : call(deps, destination, options),
    );
};
