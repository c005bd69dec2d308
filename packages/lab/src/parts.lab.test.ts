import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaller, labDir } from './lab.testing.ts';
import { type Lab, startLab } from './lab.ts';

let lab: Lab;
let caller: ReturnType<typeof createCaller>;
const deaths: string[] = [];
beforeAll(async () => {
  lab = await startLab({ dir: labDir('parts'), onDeath: (message) => deaths.push(message) });
  caller = createCaller(lab);
});
afterAll(() => lab.stop());

const BUSY = '61491570157';
const expectCalls = async () => expect((await caller.dial(BUSY)).error).toMatchObject({ status: 486 });

test('each part can be killed and comes back on its ports, and nobody calls that a death', async () => {
  for (const part of Object.values(lab.parts)) {
    const before = part.pid;
    await part.kill();
    await part.restart();
    expect(part.pid).not.toBe(before);
    await lab.ready();
    await expectCalls();
  }
  expect(deaths).toEqual([]);
});

test('a paused carrier answers nothing until it is resumed', async () => {
  lab.parts.carrier.pause();
  const silent = await caller.dial(BUSY, { ringingTimeout: 2 });
  expect(silent.error?.status).not.toBe(486);
  lab.parts.carrier.resume();
  await expectCalls();
});

test('no dial gets through a cut link to Redis, and all is well again once it is mended', async () => {
  await lab.redisLink.cut();
  const before = (await lab.carrier.records()).length;
  expect((await caller.dial(BUSY, { timeout: 3 })).error?.status).toBeNull();
  expect(await lab.carrier.records()).toHaveLength(before);
  await lab.redisLink.mend();
  await lab.ready();
  await expectCalls();
});

test('LiveKit tells the relay of a call', async () => {
  const { room } = await caller.dial('61491570156');
  await caller.hangUp(room);
  const events = () =>
    lab.webhooks.received().flatMap((told) => (told.room === room ? [[told.event, told.participant]] : []));
  await expect.poll(events).toEqual(
    expect.arrayContaining([
      ['room_started', null],
      ['participant_joined', 'callee'],
      ['participant_left', 'callee'],
    ]),
  );
});
