import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusal } from '../../test/fake-bridge.ts';
import { API_KEY, type Run, runAgainst, runCli } from '../../test/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-cli-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const CONTENT = gzipSync('{"outdial_backup":1}\n');

/** Runs the command line in the test's folder against a bridge that answers so. */
const runWith = async (answer: RequestListener, ...args: string[]): Promise<Run> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await runCli(args, { BRIDGE_URL: `http://127.0.0.1:${port}`, OUTDIAL_API_KEY: API_KEY }, folder);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};
const whole: RequestListener = (request, response) => {
  const isAsked = request.method === 'POST' && request.url === '/backup';
  response.writeHead(isAsked ? 200 : 500, {
    'content-type': 'application/gzip',
    'content-length': CONTENT.length,
  });
  response.end(CONTENT);
};

test('writes a file that only its owner reads, and names what is not in it', async () => {
  const { code, stdout } = await runWith(whole, 'backup', 'b.gz');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^b\.gz: \d+ bytes\..*RECORDINGS_DIR/);
  expect(readFileSync(join(folder, 'b.gz'))).toEqual(CONTENT);
  expect(statSync(join(folder, 'b.gz')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['b.gz']);
});

test('- is stdout, and nothing else is said there', async () => {
  const { code, stdout } = await runWith(
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/gzip' });
      response.end('all of it');
    },
    'backup',
    '-',
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'all of it' });
});

test('a file that is there is left alone', async () => {
  writeFileSync(join(folder, 'b.gz'), 'yesterday');
  const { code, stderr } = await runWith(whole, 'backup', 'b.gz');
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'b.gz is there already; name another file.\n' });
  expect(readFileSync(join(folder, 'b.gz'), 'utf8')).toBe('yesterday');
});

test('one that breaks off is no file', async () => {
  const { code, stderr } = await runWith(
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': 1_000 });
      response.write(CONTENT, () => request.socket.destroy());
    },
    'backup',
    'b.gz',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('broke off');
  expect(readdirSync(folder)).toEqual([]);
});

test('a refusal is told, and so is an answer that is no file', async () => {
  const run = await runAgainst(() => refusal(403, 'This key lacks the scope admin.'), 'backup', 'b.gz');
  expect(run).toMatchObject({ code: 1, stderr: 'This key lacks the scope admin.\n' });
  const other = await runAgainst(() => ({ status: 200, body: {} }), 'backup', join(folder, 'b.gz'));
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('not with a file');
  expect(readdirSync(folder)).toEqual([]);
});
