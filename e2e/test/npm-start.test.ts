import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';

const START = resolve(import.meta.dirname, '../../packages/lab/src/start.ts');
const LIMIT_MS = 120_000;

type Running = { child: ChildProcess; output: () => string; exited: Promise<number | null> };

const running: Running[] = [];

const start = (): Running => {
  // A process group of its own, so that the signal below is what Ctrl-C is to a terminal's job.
  const child = spawn(process.execPath, [START], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const entry = { child, output: () => output, exited };
  running.push(entry);
  return entry;
};

/** Processes whose command line or environment names the lab's folder. */
const processesOf = (dir: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(dir));

afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    if (child.exitCode === null && child.pid !== undefined) child.kill('SIGINT');
    await exited;
  }
});

test(
  'places a demo call to its end, prints a curl line that places another, and Ctrl-C leaves nothing',
  async () => {
    const lab = start();
    await expect.poll(lab.output, { timeout: LIMIT_MS, interval: 200 }).toContain('API key');
    expect(lab.output()).toContain('completed / transferred');
    expect(lab.output()).toContain('X-Account-Code: em-tech-01');
    expect(lab.output()).toMatch(/REFER to tel:\+61255500100, answered 202/);

    const curl = /\n(curl [\s\S]*?')\n\n/.exec(lab.output())?.[1] ?? '';
    const answer = JSON.parse((await promisify(execFile)('bash', ['-c', curl])).stdout);
    expect(answer).toMatchObject({ id: expect.stringMatching(/^call_/), status: 'queued', replayed: false });
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/dispatch/.exec(curl) ?? [];
    const [, key] = /Bearer ([\w-]+)/.exec(curl) ?? [];
    const status = async () => {
      const response = await fetch(`${url}/calls/${answer.id}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return ((await response.json()) as { status: string }).status;
    };
    await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe('completed');

    const [, dir] = /Logs: (\S+)/.exec(lab.output()) ?? [];
    if (dir === undefined) throw new Error(`No folder was named: ${lab.output()}`);
    expect(processesOf(dir).length).toBeGreaterThan(5);
    lab.child.kill('SIGINT');
    expect(await lab.exited).toBe(130);
    expect(processesOf(dir)).toEqual([]);
  },
  LIMIT_MS * 2,
);

test.each(['Starting livekit-sip', 'Bridge and agent are up', 'ringing'])(
  'Ctrl-C at "%s" ends everything',
  async (moment) => {
    const lab = start();
    await expect.poll(lab.output, { timeout: LIMIT_MS, interval: 20 }).toContain(moment);
    lab.child.kill('SIGINT');
    expect(await lab.exited).toBe(130);
    const left = () => processesOf(`-${lab.child.pid}/`);
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  },
  LIMIT_MS,
);
