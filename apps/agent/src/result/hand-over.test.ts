import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallResult } from '@outdial/telephony';
import { describe, expect, test } from 'vitest';
import { aftermathRig, useSpool } from '../../test/aftermath-rig.ts';
import type { KeepsakeClient } from '../adapters/keepsake-client.ts';
import type { Aftermath, AftermathSpool } from './aftermath-spool.ts';
import type { AskModel } from './ask-model.ts';
import { createHandOver } from './hand-over.ts';

const DEAD_PID = 2 ** 22 + 1;
const { logged, log } = aftermathRig;

let dir: string;
let spool: AftermathSpool;
useSpool((made, itsDir) => {
  spool = made;
  dir = itsDir;
});

const aftermath = (change: Partial<Aftermath> = {}): Aftermath => ({
  call_id: 'call_1',
  token: 'token-of-the-first-job',
  traceparent: null,
  pid: process.pid,
  started: null,
  complete: true,
  turns: [{ at_ms: 5, speaker: 'callee', text: 'Marzipan.', interrupted: false }],
  result_schema: null,
  language: 'en',
  is_machine: false,
  recording: null,
  filled: null,
  ...change,
});

/** A bridge that answers with these statuses, and a model that says one thing. */
const rig = (statuses: { result?: number[]; recording?: number[] } = {}) => {
  const seen = { asked: 0, results: [] as CallResult[], recordings: [] as string[], traces: [] as unknown[] };
  const next = (list: number[] | undefined) => list?.shift() ?? 200;
  const client: KeepsakeClient = {
    sendResult: async (_callId, result, traceparent) => {
      seen.traces.push(traceparent);
      seen.results.push(result);
      const status = next(statuses.result);
      if (status === 0) throw new Error('ECONNREFUSED');
      return status;
    },
    sendRecording: async (_callId, _token, path, traceparent) => {
      seen.traces.push(traceparent);
      seen.recordings.push(path);
      return next(statuses.recording);
    },
  };
  const ask: AskModel = async () => {
    seen.asked += 1;
    return { toolArguments: '{"summary":"They like marzipan."}', text: '' };
  };
  // Each one comes afresh, as after a restart: the pause between two tries is no matter of these tests.
  return { seen, round: () => createHandOver({ spool, client, ask, log }).round() };
};

describe('the hand-over', () => {
  test('makes the result, sends all of it and leaves nothing', async () => {
    const sound = spool.soundPath('call_1');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await spool.keep(aftermath({ recording: sound, traceparent }));
    await writeFile(sound, 'sound');
    const { seen, round } = rig();
    await round();
    expect(seen.traces).toEqual([traceparent, traceparent]);
    expect(seen.results).toEqual([
      {
        token: 'token-of-the-first-job',
        transcript: aftermath().turns,
        result: null,
        summary: 'They like marzipan.',
        problem: null,
        recording: true,
      },
    ]);
    expect(seen.recordings).toEqual([sound]);
    expect(await spool.list()).toEqual([]);
  });

  test.each([
    ['a bridge that is away', 0],
    ['a bridge in trouble', 503],
    ['a secret that is not the same', 401],
  ])('waits for %s, and does not ask the model again', async (_name, status) => {
    await spool.keep(aftermath());
    const { seen, round } = rig({ result: [status] });
    await round();
    expect(await spool.list()).toEqual(['call_1']);
    await round();
    expect(seen.results).toHaveLength(2);
    expect(seen.asked).toBe(1);
    expect(await spool.list()).toEqual([]);
  });

  test.each([404, 409, 400, 413])('lets go of what the bridge never takes: %i', async (status) => {
    await spool.keep(aftermath());
    await rig({ result: [status] }).round();
    expect(await spool.list()).toEqual([]);
  });

  test.each([
    ['the disk is full', 507, ['call_1']],
    ['it came damaged', 400, ['call_1']],
    ['nobody wants it', 409, []],
  ])('a recording stays as long as it may be taken: %s', async (_name, status, left) => {
    await spool.keep(aftermath({ recording: spool.soundPath('call_1') }));
    await rig({ recording: [status] }).round();
    expect(await spool.list()).toEqual(left);
  });

  test('does not touch the draft of a job that lives, and takes that of one that died', async () => {
    await spool.keep(aftermath({ complete: false }));
    const { seen, round } = rig();
    await round();
    expect(seen.results).toEqual([]);
    await spool.keep(aftermath({ complete: false, pid: DEAD_PID }));
    await round();
    expect(seen.results).toMatchObject([{ summary: 'They like marzipan.', recording: false }]);
  });

  test.runIf(process.platform === 'linux')(
    'takes the draft of a job whose process id another one has now',
    async () => {
      await spool.keep(aftermath({ complete: false, started: 'another boot/1' }));
      const { seen, round } = rig();
      await round();
      expect(seen.results).toHaveLength(1);
    },
  );

  test('writes no word of the call into the log', async () => {
    await spool.keep(aftermath());
    await rig({ result: [503] }).round();
    await writeFile(join(dir, 'call_2.json'), '{"turns":[{"text":"Marzipan."}]}');
    await rig({ result: [503] }).round();
    expect(logged.length).toBeGreaterThan(1);
    expect(logged.join()).not.toMatch(/marzipan/i);
  });
});
