import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPorts } from './open-ports.ts';

const SCRIPT = `
  const tcp = require('node:net').createServer().listen(0, '127.0.0.1', () => {
    const udp = require('node:dgram').createSocket('udp4');
    udp.bind(0, '127.0.0.1', () => {
      require('node:net').connect(tcp.address().port, '127.0.0.1', () =>
        console.log(JSON.stringify([tcp.address().port, udp.address().port])));
    });
  });
`;

test('the ports of the programs in a folder are seen, and no mere connection', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-ports-'));
  const child = spawn(process.execPath, ['-e', SCRIPT], { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [tcp, udp] = JSON.parse(String((await once(child.stdout, 'data'))[0]));
    const ports = openPorts(dir).map((line) => line.replace(/^\S+ /, ''));
    expect(ports.sort()).toEqual([`tcp ${tcp}`, `udp ${udp}`]);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(dir, { recursive: true });
  }
  expect(openPorts(dir)).toEqual([]);
});
