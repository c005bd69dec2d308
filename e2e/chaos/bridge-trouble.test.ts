import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOutdial } from '@outdial/lab';
import { expect, test } from 'vitest';
import { only } from '../src/stack.ts';
import {
  expectAgentSaid,
  expectEndedByUs,
  expectKept,
  expectNoted,
  legsOf,
  listed,
  order,
  place,
  placeAnswered,
} from './bridge-calls.ts';
import { isReport } from './bridge-failpoints.ts';
import { fakeClock } from './fake-clock.ts';
import { bringBack, useFaultyStack } from './faulty-stack.ts';
import { smallDisk } from './small-disk.ts';

const ANSWERS = '0491570156';
const RINGS = '0491570158';
const LIMIT_MS = 180_000;

const stack = useFaultyStack('embedded', { MAX_CONCURRENT_CALLS: '2' });
const placeTwoLive = async (names: readonly string[]): Promise<string[]> => {
  const ids = await Promise.all(names.map((name) => placeAnswered(stack, name, { max_call_seconds: 20 })));
  for (const id of ids) expect((await stack.outdial.call(id)).status).toBe('in_progress');
  return ids;
};
const post = (body: Readonly<Record<string, unknown>>) =>
  stack.outdial.request('/dispatch', { method: 'POST', body: JSON.stringify(body) });

test(
  'a bridge that is away for longer than every timer cuts no call and loses no outcome',
  async () => {
    const names = ['away-1', 'away-2'];
    const ids = await placeTwoLive(names);
    const killedAt = Date.now();
    await stack.outdial.kill('bridge');
    await expectEndedByUs(stack, names, ['BYE', 'BYE']);
    // The spool is tried every five seconds: with the calls themselves, more than half a minute.
    for (const id of ids) await expectAgentSaid(stack, id, 'stays in the spool', 5);
    expect(Date.now() - killedAt).toBeGreaterThan(30_000);
    const backAt = Date.now();
    await bringBack(stack);
    const { records, dialed } = await expectKept(stack, ids);
    expect(dialed).toHaveLength(2);
    for (const record of records) {
      expect(record).toMatchObject({
        status: 'completed',
        outcome: { end_reason: 'max_duration', hung_up_by: 'agent' },
      });
      expect(Date.parse(String(record.ended_at))).toBeLessThan(backAt);
    }
  },
  LIMIT_MS,
);

test(
  'SIGTERM with two live calls and a queue: not ready at once, nothing accepted is lost, no call is cut',
  async () => {
    const { outdial } = stack;
    const live = ['live-1', 'live-2'];
    const waiting = ['waits-1', 'waits-2', 'waits-3'];
    const ids = await placeTwoLive(live);
    for (const name of waiting) ids.push(await place(stack, name, stack.busy));
    const stoppedAt = Date.now();
    const ending = outdial.stopApp('bridge');
    const readiness = async () => (await outdial.request('/readyz').catch(() => null))?.status;
    await expect.poll(readiness, { interval: 10, timeout: 10_000 }).toBe(503);
    const late = await post({ destination: stack.busy, account_code: 'late' }).catch(() => null);
    expect(late?.status ?? 503).toBe(503);
    expect(await ending).toMatchObject({ code: 0, signal: null });

    await expectEndedByUs(stack, live, ['BYE', 'BYE']);
    await bringBack(stack);
    const { records, dialed } = await expectKept(stack, ids);
    expect(records.map(({ status }) => status)).toEqual(['completed', 'completed', 'busy', 'busy', 'busy']);
    for (const record of records.slice(live.length)) {
      expect(Date.parse(String(record.dispatched_at))).toBeGreaterThan(stoppedAt);
    }
    expect(dialed).toHaveLength(5);
    expect(await listed(stack, 'late')).toMatchObject({ data: [] });
  },
  LIMIT_MS,
);

test(
  'a second bridge on the same DATA_DIR refuses to start, names the first and harms nothing',
  async () => {
    const { lab, outdial } = stack;
    const env = { ...lab.env, DATA_DIR: String(outdial.env.DATA_DIR) };
    const second = await startOutdial({ dir: join(lab.dir, 'second'), env, withAgent: false }).then(
      async (started) => {
        await started.stop();
        return 'it started';
      },
      String,
    );
    expect(second).toContain(`(pid ${outdial.bridge?.pid})`);
    const { records } = await expectKept(stack, [await place(stack, 'first', stack.busy)]);
    expect(only(records).status).toBe('busy');
  },
  LIMIT_MS,
);

test(
  'after a power cut every call that could have been dialled ends unknown, and none is dialled again',
  async () => {
    const { outdial } = stack;
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const open = [
      await placeAnswered(stack, 'cut-live'),
      await place(stack, 'cut-ringing', RINGS, { ring_timeout_seconds: 60 }),
      await place(stack, 'cut-queued-1', stack.busy),
      await place(stack, 'cut-queued-2', stack.busy),
    ];
    const scheduled = await place(stack, 'cut-scheduled', stack.busy, { schedule_at: later });
    await expectNoted(stack, String(open[1]), 'ringing_at');
    await outdial.kill('bridge');
    // That the host was started anew shows in its boot id alone.
    const mark = join(String(outdial.env.DATA_DIR), 'boot.json');
    writeFileSync(
      mark,
      JSON.stringify({ ...JSON.parse(readFileSync(mark, 'utf8')), boot: 'before the cut' }),
    );
    await bringBack(stack);

    const { records, dialed } = await expectKept(stack, open);
    for (const record of records) {
      expect(record).toMatchObject({ status: 'unknown', outcome: { end_reason: 'outcome_unknown' } });
    }
    expect(dialed).toHaveLength(2);
    await expectEndedByUs(stack, ['cut-live', 'cut-ringing'], ['BYE', 'CANCEL']);
    expect((await outdial.call(scheduled)).status).toBe('queued');
    await outdial.request(`/calls/${scheduled}/cancel`, { method: 'POST' });
    expect((await expectKept(stack, [scheduled])).dialed).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'a clock that is set forward and back cuts no call, dials none twice and keeps outcomes true',
  async () => {
    const { outdial, toBridge } = stack;
    const clock = fakeClock(stack.lab.dir);
    await outdial.restart('bridge', clock.env);
    await stack.lab.phones.say(ANSWERS, [100_000, 'question']);
    // Shorter than the steps: by the clock on the wall, both are over after the first.
    const talking = await placeAnswered(stack, 'clock-talking', { max_call_seconds: 120 });
    const ringing = await place(stack, 'clock-ringing', RINGS, { ring_timeout_seconds: 75 });
    await expectNoted(stack, ringing, 'ringing_at');
    let signs = 0;
    toBridge.onRequest((request) => {
      if (isReport('alive', talking)(request)) signs += 1;
    });
    const noticed = (times: number) =>
      expect
        .poll(() => outdial.log('bridge').split('the database clock was set').length - 1, { timeout: 30_000 })
        .toBe(times);
    const stillUp = async () => {
      const before = signs;
      await expect.poll(() => signs - before, { timeout: 60_000 }).toBeGreaterThan(3);
      const up = await Promise.all([outdial.call(talking), outdial.call(ringing)]);
      expect(up.map(({ status }) => status)).toEqual(['in_progress', 'ringing']);
      expect((await legsOf(stack, 'clock-talking', 'clock-ringing')).map((leg) => leg.endedAt)).toEqual([
        null,
        null,
      ]);
    };

    clock.set(4 * 60);
    await noticed(1);
    await stillUp();
    // More than the five minutes that signatures allow: nothing is heard of the calls until it is set right.
    clock.set(10 * 60);
    await noticed(2);
    await expectAgentSaid(stack, talking, 'the bridge did not take a report');
    clock.set(0);
    await noticed(3);
    await stillUp();
    // LiveKit, whose clock was right, refused what a bridge so far ahead signed: that it asked would be hidden.
    expect(outdial.log('bridge')).not.toMatch(new RegExp(`"${talking}".*ending the leg of a call`));
    toBridge.onRequest(null);

    await stack.lab.phones.hangUp(ANSWERS);
    await outdial.request(`/calls/${ringing}/cancel`, { method: 'POST' });
    const after = await place(stack, 'clock-after', stack.busy);
    const { records, dialed } = await expectKept(stack, [talking, ringing, after]);
    expect(records).toMatchObject([
      { status: 'completed', outcome: { end_reason: 'callee_hangup', hung_up_by: 'callee' } },
      { status: 'canceled', outcome: { end_reason: 'canceled_by_api', hung_up_by: 'api' } },
      { status: 'busy', outcome: { end_reason: 'busy' } },
    ]);
    expect(dialed).toHaveLength(3);
    await stack.lab.phones.say(ANSWERS, null);
  },
  LIMIT_MS,
);

test(
  'a full disk refuses what cannot be written down, and no call is made, doubled or lost by it',
  async () => {
    const { outdial, lab } = stack;
    const disk = smallDisk(join(lab.dir, 'small-disk'));
    try {
      await outdial.restart('bridge', { DATA_DIR: disk.dir });
      const live = await placeAnswered(stack, 'disk-live');
      const due = await place(stack, 'disk-due', stack.busy, {
        schedule_at: new Date(Date.now() + 3_000).toISOString(),
      });
      disk.fill();
      expect(await post(order(stack, 'disk-refused', stack.busy))).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable' },
      });
      expect((await outdial.request('/readyz')).status).toBe(503);
      await lab.phones.hangUp(ANSWERS);
      await expectAgentSaid(stack, live, 'waits in the spool');
      // What was written before can be read, and what came due meanwhile was not begun.
      expect(await outdial.call(live)).toMatchObject({ status: 'in_progress', outcome: null });
      expect(await outdial.call(due)).toMatchObject({ status: 'queued' });
      expect(await legsOf(stack, 'disk-due', 'disk-refused')).toEqual([]);

      disk.empty();
      const { records, dialed } = await expectKept(stack, [live, due]);
      expect(records.map(({ outcome }) => outcome?.end_reason)).toEqual(['callee_hangup', 'busy']);
      expect(dialed).toHaveLength(2);
      expect(await listed(stack, 'disk-refused')).toMatchObject({ data: [] });
      const again = await place(stack, 'disk-refused', stack.busy);
      expect((await expectKept(stack, [again])).dialed).toHaveLength(1);

      disk.fill();
      await expect(outdial.restart('bridge', { DATA_DIR: disk.dir })).rejects.toThrow(
        /The disk of \S+ has 0 MiB left/,
      );
      disk.empty();
      await outdial.restart('bridge', { DATA_DIR: disk.dir });
      expect((await outdial.call(again)).status).toBe('busy');
    } finally {
      await outdial.bridge?.stop();
      disk.remove();
    }
  },
  LIMIT_MS,
);
