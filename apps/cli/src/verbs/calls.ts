import type { Accepted, CallRecord, Page } from '../answers.ts';
import { acceptedLine, callLines, callTable } from '../call-lines.ts';
import { idArgument, show, type Verb, wholeNumber, withJson } from '../verb.ts';

type Json = { readonly json?: true };
type ListOptions = Json & { readonly status?: string; readonly limit?: number; readonly cursor?: string };

/** `outdial calls`: lists calls, shows one, ends one, makes one again. */
export const callsVerb: Verb = (program, deps) => {
  const calls = withJson(
    program
      .command('calls')
      .description('list calls, newest first')
      .option('--status <status>', 'only these: queued, ringing, completed, failed, …')
      .option('--limit <n>', 'at most so many', wholeNumber)
      .option('--cursor <cursor>', 'go on where the list before ended'),
  ).action(async ({ status, limit, cursor, ...options }: ListOptions) => {
    const answer = await deps.bridge().get<Page<CallRecord>>('/calls', { status, limit, cursor });
    show(deps, options, answer, ({ data }) => (data.length === 0 ? 'No calls.' : callTable(data)));
    if (answer.body.next !== null && !options.json) deps.note(`There are more: --cursor ${answer.body.next}`);
  });

  const onOne = (name: string, description: string, action: (id: string, options: Json) => Promise<void>) =>
    withJson(
      calls.command(name).description(description).argument('<id>', 'id of the call', idArgument),
    ).action(action);

  onOne('show', 'what is known of a call', async (id, options) =>
    show(deps, options, await deps.bridge().get<CallRecord>(`/calls/${id}`), callLines),
  );
  onOne('cancel', 'end a call, or do not start it', async (id, options) =>
    show(deps, options, await deps.bridge().post<CallRecord>(`/calls/${id}/cancel`), callLines),
  );
  onOne('retry', 'make an ended call again, as a new call', async (id, options) =>
    show(deps, options, await deps.bridge().post<Accepted>(`/calls/${id}/retry`), acceptedLine),
  );
};
