import { expect, test } from 'vitest';
import { testLog } from '../test/log.ts';
import { startRounds } from './rounds.ts';

test('a round that fails is logged, and the next one comes', async () => {
  const { log } = testLog();
  let begun = 0;
  const rounds = startRounds(
    'the spool',
    1,
    async () => {
      begun += 1;
      throw new Error('the disk is gone');
    },
    log,
  );
  await expect.poll(() => begun).toBeGreaterThan(2);
  rounds.stop();
  await expect(rounds.now()).resolves.toBeUndefined();
});
