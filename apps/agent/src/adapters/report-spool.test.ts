import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@outdial/runtime';
import { afterAll, expect, test } from 'vitest';
import { createReportSpool } from './report-spool.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))));

const folder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'outdial-spool-'));
  folders.push(dir);
  return dir;
};

test('a report stays until it was delivered', async () => {
  const dir = await folder();
  const spool = createReportSpool(dir);
  const report = await spool.keep('call_1', '{}');
  expect(await readdir(dir)).toEqual(['call_1.json']);
  await report.done();
  expect(await readdir(dir)).toEqual([]);
});

test.each([
  ['taken', 200, []],
  ['unknown to the bridge', 404, []],
  ['held by another job', 409, []],
  ['not believed yet', 401, ['call_1.json']],
  ['refused by a bridge in trouble', 503, ['call_1.json']],
])('draining a report that is %s', async (_case, status, left) => {
  const dir = await folder();
  const spool = createReportSpool(dir);
  await spool.keep('call_1', '{"seq":7}');
  const sent: string[] = [];
  await spool.drain(async (callId, path, body) => {
    sent.push(`${callId} ${path} ${body}`);
    return new Response('{}', { status });
  }, log);
  expect(sent).toEqual(['call_1 reports {"seq":7}']);
  expect(await readdir(dir)).toEqual(left);
});

test('a bridge that is away loses nothing, and no folder is no error', async () => {
  const dir = await folder();
  const spool = createReportSpool(dir);
  await spool.keep('call_1', '{}');
  await spool.drain(() => Promise.reject(new Error('away')), log);
  expect(await readdir(dir)).toEqual(['call_1.json']);
  await createReportSpool(join(dir, 'absent')).drain(() => Promise.reject(new Error('away')), log);
});

test('a file that is no report stops nothing', async () => {
  const dir = await folder();
  const spool = createReportSpool(dir);
  await writeFile(join(dir, '%zz.json'), '{}');
  await spool.keep('call_1', '{}');
  await spool.drain(async () => new Response('{}'), log);
  expect(await readdir(dir)).toEqual(['%zz.json']);
});
