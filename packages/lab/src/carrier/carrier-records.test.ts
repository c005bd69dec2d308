import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followCarrierLog } from './carrier-records.ts';

const invite = Buffer.from(
  'INVITE sip:1@lab SIP/2.0\r\nFrom: <sip:2@lab>;tag=a\r\nTo: <sip:1@lab>\r\nCall-ID: one\r\nCSeq: 1 INVITE\r\n\r\n',
);
const REQUEST = `outdial request 1000.0 127.0.0.1:5060 ${invite.toString('base64')}\n`;
const REFUSAL = `outdial answer 1000.1 404 ${Buffer.from('Not Found').toString('base64')} ${invite.toString('base64')}\n`;

test('a log that is written piece by piece becomes records and, at their end, JSON lines', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'outdial-records-'));
  const [log, jsonl] = [join(dir, 'carrier.log'), join(dir, 'calls.jsonl')];
  await writeFile(log, REQUEST.slice(0, 40));
  const records = await followCarrierLog(log, jsonl);
  expect(await records.calls()).toEqual([]);

  await appendFile(log, REQUEST.slice(40));
  expect(await records.calls()).toMatchObject([{ callId: 'one', endedAt: null }]);
  await expect(readFile(jsonl, 'utf8')).rejects.toThrow(/ENOENT/);

  await appendFile(log, REFUSAL);
  expect(await records.calls()).toMatchObject([{ finalStatus: 404 }]);
  await records.stop();
  await records.stop();
  const lines = (await readFile(jsonl, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ callId: 'one', finalStatus: 404 }]);
  expect(await records.calls()).toHaveLength(1);
});
