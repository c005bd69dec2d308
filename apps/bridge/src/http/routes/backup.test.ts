import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_SECRET, SECRET, startTestBridge, type TestBridge } from '../../../test/test-bridge.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge?.close());

test('a backup is one whole gzip file, kept by no cache, and told in the log', async () => {
  const { id } = (await bridge.dispatch({ destination: '0491 570 156' })).json();
  const answer = await bridge.post('/backup', ADMIN_SECRET);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/gzip',
    'cache-control': 'private, no-store',
    'content-length': String(answer.rawPayload.length),
    'content-disposition': expect.stringMatching(/outdial-.*\.ndjson\.gz/),
  });
  const lines = gunzipSync(answer.rawPayload).toString().trimEnd().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ outdial_backup: 1 });
  expect(lines.join('')).toContain(id);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ rows: { calls: 1 } });
  expect(bridge.logged.join('')).toContain('backup written');
});

test('it needs the scope admin', async () => {
  expect((await bridge.post('/backup', SECRET)).json().code).toBe('scope_missing');
});
