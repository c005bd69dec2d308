import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { goBinaries } from './binaries.ts';
import { createCaller, labDir } from './lab.testing.ts';
import { startLab } from './lab.ts';
import { BLOCK_SIZE, blockOf, isPortFree } from './ports.ts';
import { processesIn } from './process-table.ts';
import { waitFor } from './wait-for.ts';

const portOf = (address: string) => Number(address.split(':').at(-1));
const gone = (dir: string) =>
  waitFor(`the end of every process in ${dir}`, async () =>
    processesIn(dir).length === 0 ? true : undefined,
  );

test('two labs run at once, and a stop leaves nothing of one and the other untouched', async () => {
  const [one, two] = [await startLab({ dir: labDir('one') }), await startLab({ dir: labDir('two') })];
  try {
    expect(portOf(one.trunk.address)).not.toBe(portOf(two.trunk.address));
    expect((await createCaller(one).dial('61491570156')).error).toBeNull();
    await one.stop();
    await one.stop();
    expect(processesIn(one.dir)).toEqual([]);
    expect(await isPortFree(portOf(one.trunk.address))).toBe(true);
    expect(await isPortFree(portOf(one.livekit.url))).toBe(true);
    expect((await createCaller(two).dial('61491570157')).error).toMatchObject({ status: 486 });
  } finally {
    await one.stop();
    await two.stop();
  }
  expect(processesIn(two.dir)).toEqual([]);
});

test('every port of a stopped lab is free', async () => {
  const lab = await startLab({ dir: labDir('ports') });
  await createCaller(lab).dial('61491570156');
  const first = blockOf(portOf(lab.trunk.address));
  const ports = Array.from({ length: BLOCK_SIZE }, (_, i) => first + i);
  const busy = async () => (await Promise.all(ports.map(isPortFree))).filter((free) => !free).length;
  expect(await busy()).toBeGreaterThan(20);
  await lab.stop();
  expect(await busy()).toBe(0);
});

test('a failure midway is told with the end of the log, and leaves nothing', async () => {
  const dir = labDir('midway');
  const binaries = { ...goBinaries(undefined), livekitSip: '/bin/false' };
  await expect(startLab({ dir, binaries })).rejects.toThrow(
    /livekit-sip ended while starting \(exit code 1\)/,
  );
  expect(processesIn(dir)).toEqual([]);
});

test('a part that dies is told loudly, with the end of its log', async () => {
  const heard = Promise.withResolvers<string>();
  const lab = await startLab({ dir: labDir('death'), onDeath: heard.resolve });
  try {
    const sip = processesIn(lab.dir).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('livekit-sip.json'),
    );
    process.kill(Number(sip), 'SIGKILL');
    const message = await heard.promise;
    expect(message).toMatch(/^livekit-sip died \(signal SIGKILL\)/);
    expect(message).toContain('service ready');
  } finally {
    await lab.stop();
  }
});

test('nothing outlives a process that is killed with SIGKILL', async () => {
  const dir = labDir('killed');
  const script = `
    const { startLab } = await import(${JSON.stringify(join(import.meta.dirname, 'lab.ts'))});
    await startLab({ dir: ${JSON.stringify(dir)} });
    console.log('up');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    expect(line).toBe('up');
    break;
  }
  expect(processesIn(dir).length).toBeGreaterThan(10);
  child.kill('SIGKILL');
  await gone(dir);
});
