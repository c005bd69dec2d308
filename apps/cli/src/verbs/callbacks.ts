import { Option } from 'commander';
import type { Callback, Page } from '../answers.ts';
import type { Answer, BridgeClient } from '../bridge-client.ts';
import { BridgeRefusal } from '../errors.ts';
import { table } from '../layout.ts';
import { idArgument, show, type Verb, type VerbDeps, wholeNumber, withJson } from '../verb.ts';

type Json = { readonly json?: true };
type ListOptions = Json & {
  readonly status?: string;
  readonly call?: string;
  readonly limit?: number;
  readonly cursor?: string;
};

const callbackTable = (callbacks: readonly Callback[]): string =>
  table(
    ['ID', 'STATUS', 'CALL', 'EVENT', 'TRIES', 'LAST ANSWER', 'URL'],
    callbacks.map((callback) => [
      callback.id,
      callback.status,
      callback.call_id,
      callback.event,
      callback.attempts,
      callback.last_status ?? callback.last_error,
      callback.url,
    ]),
  );

const replay = (bridge: BridgeClient, id: string): Promise<Answer<Callback>> =>
  bridge.post<Callback>(`/callbacks/${id}/replay`);

const replayedLine = ({ id, status, url }: Callback): string => `${id} is ${status} again, to ${url}`;

/** The whole list before the first replay: a replayed letter leaves it, and pages would shift. */
const deadLetters = async (bridge: BridgeClient): Promise<readonly string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await bridge.get<Page<Callback>>('/callbacks', { status: 'dead', cursor });
    ids.push(...body.data.map(({ id }) => id));
    cursor = body.next ?? undefined;
  } while (cursor !== undefined);
  return ids;
};

const replayDead = async (deps: VerbDeps, options: Json): Promise<void> => {
  const bridge = deps.bridge();
  const ids = await deadLetters(bridge);
  if (ids.length === 0) deps.note('There are no dead letters.');
  for (const id of ids) {
    try {
      show(deps, options, await replay(bridge, id), replayedLine);
    } catch (error) {
      // Somebody else replayed or removed this one meanwhile; the others are still to be sent.
      if (!(error instanceof BridgeRefusal) || (error.status !== 404 && error.status !== 409)) throw error;
      deps.note(`${id}: ${error.message}`);
      deps.sayNo();
    }
  }
};

/** `outdial callbacks`: lists callbacks and sends dead ones again. */
export const callbacksVerb: Verb = (program, deps) => {
  const callbacks = withJson(
    program
      .command('callbacks')
      .description('list callbacks, with what the receiver last answered')
      .addOption(new Option('--status <status>', 'only these').choices(['pending', 'delivered', 'dead']))
      .option('--call <id>', 'only those of this call')
      .option('--limit <n>', 'at most so many', wholeNumber)
      .option('--cursor <cursor>', 'go on where the list before ended'),
  ).action(async ({ status, call, limit, cursor, ...options }: ListOptions) => {
    const query = { status, call_id: call, limit, cursor };
    const answer = await deps.bridge().get<Page<Callback>>('/callbacks', query);
    show(deps, options, answer, ({ data }) => (data.length === 0 ? 'No callbacks.' : callbackTable(data)));
    if (answer.body.next !== null && !options.json) deps.note(`There are more: --cursor ${answer.body.next}`);
  });

  withJson(
    callbacks
      .command('replay')
      .description('send a callback again; needs a key with the scope admin')
      .argument('[id]', 'id of the callback', idArgument)
      .option('--dead', 'every dead letter, one after the other'),
  ).action(async (id: string | undefined, options: Json & { readonly dead?: true }, command) => {
    if ((id === undefined) !== (options.dead === true)) {
      command.error('error: name one callback, or give --dead for every dead letter');
    }
    if (id === undefined) return replayDead(deps, options);
    show(deps, options, await replay(deps.bridge(), id), replayedLine);
  });
};
