import { Option } from 'commander';
import type { Accepted, CallRecord, Page, Purged, Transcript } from '../answers.ts';
import { acceptedLine, callLines, callTable, purgedLine, transcriptLines } from '../call-lines.ts';
import { ticketLines, ticketSide } from '../ticket.ts';
import { idArgument, show, type Verb, wholeNumber, withJson } from '../verb.ts';

type Json = { readonly json?: true };
type PurgeOptions = Json & { readonly destination?: string; readonly before?: string };
type ShowOptions = Json & {
  readonly transcript?: true;
  readonly ticket?: true;
  readonly timezone?: string;
  readonly expected?: string;
};
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

  withJson(
    calls
      .command('show')
      .description('what is known of a call')
      .argument('<id>', 'id of the call', idArgument)
      .option('--transcript', 'what was said, instead')
      .addOption(
        new Option('--ticket', 'the fault report that a carrier asks for, numbers in full').conflicts([
          'transcript',
          'json',
        ]),
      )
      .option('--timezone <zone>', 'local time of the ticket; default CALLING_TIMEZONE, else this machine’s')
      .option('--expected <text>', 'what was expected, in the ticket'),
  ).action(
    async (id: string, { transcript, ticket, timezone, expected, ...options }: ShowOptions, command) => {
      if (ticket !== true && (timezone ?? expected) !== undefined) {
        command.error('error: --timezone and --expected belong to --ticket');
      }
      if (ticket === true) {
        const side = ticketSide(deps.environment(), timezone, expected);
        deps.note('It holds the numbers in full: it is for the carrier only.');
        return deps.print(ticketLines((await deps.bridge().get<CallRecord>(`/calls/${id}`)).body, side));
      }
      if (transcript === true) {
        return show(
          deps,
          options,
          await deps.bridge().get<Transcript>(`/calls/${id}/transcript`),
          transcriptLines,
        );
      }
      show(deps, options, await deps.bridge().get<CallRecord>(`/calls/${id}`), callLines);
    },
  );
  withJson(
    calls
      .command('purge')
      .description('delete what ended calls say about people; needs a key with the scope admin')
      .argument('[ids...]', 'ids of calls')
      .option('--destination <number>', 'every call to this number')
      .option('--before <time>', 'every call that had ended by then, RFC 3339 with offset'),
  ).action(async (ids: string[], options: PurgeOptions, command) => {
    const { destination, before, ...rest } = options;
    const asked = { ...(ids.length > 0 ? { ids: ids.map(idArgument) } : {}), destination, before };
    if (Object.values(asked).filter((value) => value !== undefined).length !== 1) {
      command.error('error: name calls by id, or give --destination or --before');
    }
    show(deps, rest, await deps.bridge().post<Purged>('/calls/purge', asked), purgedLine);
  });
  onOne('cancel', 'end a call, or do not start it', async (id, options) =>
    show(deps, options, await deps.bridge().post<CallRecord>(`/calls/${id}/cancel`), callLines),
  );
  onOne('retry', 'make an ended call again, as a new call', async (id, options) =>
    show(deps, options, await deps.bridge().post<Accepted>(`/calls/${id}/retry`), acceptedLine),
  );
};
