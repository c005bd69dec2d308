import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../src/main.ts');

/** The keys of the bridge under attack, by what they may do. */
export const KEYS = {
  place: 'place-secret-0123456789-0123456789-0123456',
  read: 'reads-secret-0123456789-0123456789-0123456',
  both: 'boths-secret-0123456789-0123456789-0123456',
  admin: 'admin-secret-0123456789-0123456789-0123456',
} as const;
export const AGENT_SECRET = 'agent-secret-0123456789-0123456789-01234567';
export const LIVEKIT = { apiKey: 'key', apiSecret: 'secret-of-livekit-0123456789-0123456789' };

/** A bridge in a process of its own, on an embedded database in a folder of its own. */
export type AttackedBridge = {
  readonly port: number;
  readonly output: () => string;
  /** How many calls LiveKit was asked to start. */
  readonly dispatches: () => number;
  /** Open connections of the process. */
  readonly sockets: () => number;
  /** Memory that the process holds, in MiB. */
  readonly memory: () => number;
  readonly isAlive: () => boolean;
  readonly stop: () => Promise<void>;
};

/** A LiveKit that says yes to everything and counts. */
const countingLiveKit = async () => {
  let dispatches = 0;
  const server = createServer((request, response) => {
    request.resume();
    const isDispatch = request.url?.endsWith('CreateDispatch') === true;
    if (isDispatch) dispatches += 1;
    response.setHeader('content-type', 'application/json');
    response.end(isDispatch ? '{"id":"AD_1"}' : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { server, url: `ws://127.0.0.1:${port}`, dispatches: () => dispatches };
};

const socketsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // closed since the folder was read
    }
  }).length;

export const startAttackedBridge = async (): Promise<AttackedBridge> => {
  const livekit = await countingLiveKit();
  const folder = mkdtempSync(join(tmpdir(), 'outdial-security-'));
  let output = '';
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LIVEKIT_URL: livekit.url,
      LIVEKIT_API_KEY: LIVEKIT.apiKey,
      LIVEKIT_API_SECRET: LIVEKIT.apiSecret,
      BRIDGE_API_KEYS: `place:${KEYS.place}:dispatch,read:${KEYS.read}:read,both:${KEYS.both},admin:${KEYS.admin}:admin`,
      AGENT_REPORT_SECRET: AGENT_SECRET,
      BRIDGE_PORT: '0',
      ALLOW_FICTITIOUS_NUMBERS: 'true',
      SIP_FROM_IDENTITY: 'LiveKitNehosHosted',
      CALLER_IDS_ALLOWED: 'LiveKitNehosHosted,+61255500100',
      TRANSFER_HOST: 'sip.example.com',
      LOG_LEVEL: 'DEBUG',
    },
  });
  const exited = once(child, 'exit');
  const ready = new Promise<number>((resolve, reject) => {
    const hear = (data: Buffer) => {
      output += data;
      const port = /"url":"http:[^"]*:(\d+)"/.exec(output)?.[1];
      if (output.includes('bridge ready') && port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void exited.then(() => reject(new Error(`The bridge ended:\n${output}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    livekit.server.closeAllConnections();
    livekit.server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const port = await ready.catch(async (error) => {
    await stop();
    throw error;
  });
  const pid = child.pid ?? 0;
  return {
    port,
    output: () => output,
    dispatches: livekit.dispatches,
    sockets: () => socketsOf(pid),
    memory: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop,
  };
};
