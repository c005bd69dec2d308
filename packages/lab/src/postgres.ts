import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { claimPortBlock } from './ports.ts';
import { createPartRunner } from './process.ts';
import { signalProcess } from './process-group.ts';
import { processTable } from './process-table.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** A Postgres server of a test's own. */
export type TestPostgres = {
  /** Makes an empty database and gives its URL. */
  readonly newDatabase: () => Promise<string>;
  /** SIGKILL for the server and every process of it, as when the power fails; what was committed is kept. */
  readonly kill: () => Promise<void>;
  /** The server again on the same port and data, after `kill` or at once; resolves when it takes connections. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes its data. Can be called twice. */
  readonly stop: () => Promise<void>;
};

const binaries = (): string => {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (found === undefined) {
    throw new Error(
      `These tests need a real Postgres and found no initdb under ${VERSIONS}. Install Debian's package: apt-get install postgresql`,
    );
  }
  return found;
};

const userIds = async (name: string): Promise<{ uid: number; gid: number }> => {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error(`There is no user ${name} on this machine.`);
  return { uid, gid };
};

/** Starts a Postgres in a folder of its own, on a free port of loopback. It ends with this process, however that ends. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'outdial-postgres-'));
  const data = join(folder, 'data');
  const ports = await claimPortBlock();
  const runner = createPartRunner(folder, (message) => console.error(`\n${message}\n`));
  const stop = async () => {
    await runner.stopAll();
    await ports.release();
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    // Postgres refuses to run as root; Debian's package brings a user for it.
    const user = process.getuid?.() === 0 ? await userIds('postgres') : undefined;
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    const postgres = (program: string, ...args: string[]) =>
      run(join(bin, program), args, { cwd: folder, ...user });
    const login = ['--auth', 'trust', '--username', 'outdial'];
    await postgres('initdb', '--pgdata', data, ...login, '--encoding', 'UTF8', '--no-sync');
    const port = await ports.take();
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      'shared_buffers=16MB',
    ];
    const server = await runner.start({
      name: 'postgres',
      command: join(bin, 'postgres'),
      args: ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
      ...(user === undefined ? {} : { user }),
      // At once, without waiting for clients: nothing here outlives the test.
      stopSignal: 'SIGQUIT',
      graceMs: 10_000,
      ready: async (log) => log().includes('ready to accept connections'),
    });

    let databases = 0;
    return {
      newDatabase: async () => {
        databases += 1;
        const name = `test_${databases}`;
        await postgres('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', 'outdial', name);
        return `postgres://outdial@127.0.0.1:${port}/${name}`;
      },
      kill: async () => {
        // Each of its children makes a process group of its own, and would hold the data until it notices.
        const children = () => processTable().filter(({ parent }) => parent === server.pid);
        const own = children().map(({ pid }) => pid);
        await server.kill();
        for (const pid of own) signalProcess(pid, 'SIGKILL');
        await waitFor('the end of every process of Postgres', async () =>
          processTable().some(({ pid }) => own.includes(pid)) ? undefined : true,
        );
      },
      restart: server.restart,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
