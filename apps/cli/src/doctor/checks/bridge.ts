import { type Check, type Finding, fail, pass, skipped } from '../check.ts';
import { fieldOf, type HttpAnswer } from '../probes/http.ts';

const START =
  'Start it (pnpm bridge; docker compose up -d bridge) and read its first lines. If it is elsewhere, set BRIDGE_URL.';

/** What `/healthz` says (pure). */
const judgeBridge = (answer: HttpAnswer, url: string): Finding => {
  if (answer.status === 'away') return fail(`No bridge answers at ${url} (${answer.reason}).`, START);
  return fieldOf(answer, 'status') === 'up'
    ? pass(`The bridge answers at ${url}.`)
    : fail(`What answers at ${url} is not a bridge (HTTP ${answer.code}).`, 'Check BRIDGE_URL.');
};

/** What `/readyz` says of the database, which only the bridge opens (pure). */
const judgeDatabase = (answer: HttpAnswer, embedded: boolean): Finding => {
  const status = fieldOf(answer, 'status');
  if (answer.status === 'away' || (status !== 'up' && status !== 'down'))
    return skipped('Only the bridge opens its database, and no bridge answers.', 'See bridge.');
  if (status === 'up') return pass('The bridge reaches its database and takes work.');
  return fail(
    'The bridge is not ready: its database does not answer or cannot be written, or it is stopping.',
    embedded
      ? 'See disk and folders; the embedded database needs 48 MiB free. The bridge’s log says more.'
      : 'Check that Postgres runs and DATABASE_URL leads to it: psql "$DATABASE_URL" -c "select 1". The bridge’s log says more.',
  );
};

/** Whether the bridge answers. */
export const bridgeCheck: Check = {
  id: 'bridge',
  run: async ({ bridge, settings }) => judgeBridge(await bridge('/healthz'), settings.bridge.url),
};

/** The database, through the bridge's readiness. */
export const databaseCheck: Check = {
  id: 'database',
  run: async ({ bridge, settings }) => judgeDatabase(await bridge('/readyz'), settings.embedded),
};
