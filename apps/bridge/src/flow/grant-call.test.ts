import { makeOutcome } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { STORES, useWorld } from '../../test/use-world.ts';
import type { World } from '../../test/world.ts';
import { cancelCall } from './cancel-call.ts';

describe.each(STORES)('the grant on %s', (kind) => {
  let world: World;
  useWorld(kind, (opened) => {
    world = opened;
  });

  test('goes to one of twenty jobs that ask at once', async () => {
    const id = await world.dispatched();
    const jobs = Array.from({ length: 20 }, (_, n) => world.ask(id, 1, `token-of-the-job-${n}`));
    const answers = await Promise.all(jobs);
    expect(answers.filter((answer) => answer?.granted)).toHaveLength(1);
    expect(answers.filter((answer) => answer?.granted === false && answer.reason === 'taken')).toHaveLength(
      19,
    );
    expect((await world.events(id)).filter((type) => type === 'call.dialing')).toHaveLength(1);
  });

  test('or a cancel comes first: never both', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => world.place()));
    await world.dispatchAll();
    for (const { id } of ids) {
      const [answer] = await Promise.all([world.ask(id), cancelCall(world, id)]);
      const { status, cancelRequestedAt } = await world.found(id);
      expect(cancelRequestedAt).not.toBeNull();
      expect(status).toBe(answer?.granted ? 'dialing' : 'canceled');
    }
  });

  test('is the same for the same token, with the time that is left, and runs out', async () => {
    const id = await world.granted();
    await world.age(id, 'grant_expires_at', -2);
    const again = await world.ask(id);
    expect(again).toMatchObject({ granted: true });
    const left = again?.granted ? again.dial_within_ms : 0;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(2_000);
    await world.age(id, 'grant_expires_at', 1);
    expect(await world.ask(id)).toMatchObject({ granted: true, dial_within_ms: 0 });
  });

  test('gives no more time than it ever had after the clock was set back', async () => {
    const id = await world.granted();
    await world.age(id, 'grant_expires_at', -600);
    expect(await world.ask(id)).toMatchObject({ granted: true, dial_within_ms: 3_000 });
  });

  test('is for the first job that asks, of whichever dispatch', async () => {
    const id = await world.dispatched();
    await world.age(id, 'next_dispatch_at', 1);
    await world.dispatchAll();
    expect(await world.ask(id, 3, 'token-of-no-dispatch')).toEqual({ granted: false, reason: 'taken' });
    expect(await world.ask(id, 1, 'token-of-a-late-job')).toMatchObject({ granted: true });
    expect(await world.ask(id, 2)).toEqual({ granted: false, reason: 'taken' });
  });

  test('is refused after not_after and after the end', async () => {
    const late = await world.dispatched();
    await world.age(late, 'not_after', 1);
    expect(await world.ask(late)).toEqual({ granted: false, reason: 'expired' });
    const over = await world.place();
    await world.end(over.id, makeOutcome('busy'));
    expect(await world.ask(over.id)).toEqual({ granted: false, reason: 'final' });
    expect(await world.ask('call_none')).toBeNull();
  });
});
