import { expect, test } from 'vitest';
import { NO_CAPS, noPlaybooks, settings } from '../../test/fixtures.ts';
import { startPostgres } from '../../test/postgres.ts';
import { openWorld } from '../../test/world.ts';
import { acceptDispatch } from './accept-dispatch.ts';

const STARTS_MS = 90_000;

test('two bridges on one Postgres share every cap, at the door and before each start', {
  timeout: STARTS_MS,
}, async () => {
  const postgres = await startPostgres();
  const url = await postgres.newDatabase();
  const one = await openWorld({ type: 'postgres', url });
  const two = await openWorld({ type: 'postgres', url });
  const bridges = [one, two];
  try {
    const at = (caps: typeof NO_CAPS) => settings({ caps });
    const door = at({ ...NO_CAPS, hour: { trunk: 9, key: 6, account: null } });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        acceptDispatch(
          {
            calls: (n % 2 === 0 ? one : two).calls,
            settings: door,
            playbooks: noPlaybooks,
            wake: () => {},
          },
          {
            apiKeyName: n % 4 < 2 ? 'n8n' : 'crm',
            // Of its own fingerprint and key, so that nothing but the caps makes one wait for another.
            idempotencyKey: `item-${n}`,
            allowDuplicate: false,
            command: { destination: '0491 570 156', caller_id: 'Nehos', greeting: `Hello ${n}` },
          },
        ),
      ),
    );
    const accepted = answers.flatMap((answer) => (answer.status === 'accepted' ? [answer.call] : []));
    expect(accepted).toHaveLength(9);
    for (const key of ['n8n', 'crm']) {
      expect(accepted.filter(({ apiKeyName }) => apiKeyName === key).length).toBeLessThanOrEqual(6);
    }

    // The cap was lowered since: what was accepted waits.
    const start = at({ ...NO_CAPS, hour: { trunk: 2, key: null, account: null } });
    await Promise.all([...bridges, ...bridges].map((bridge) => bridge.dispatchAll({ settings: start })));
    expect(bridges.flatMap(({ livekit }) => livekit.dispatched)).toHaveLength(2);
  } finally {
    for (const bridge of bridges) await bridge.close();
    await postgres.stop();
  }
});
