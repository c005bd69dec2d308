import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** A Postgres server of this test's own. */
export type TestPostgres = {
  /** Makes an empty database and gives its URL. */
  readonly newDatabase: () => Promise<string>;
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

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const userIds = async (name: string): Promise<{ uid: number; gid: number }> => {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error(`There is no user ${name} on this machine.`);
  return { uid, gid };
};

/** Starts a Postgres in a folder of its own, on a free port of loopback. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'outdial-postgres-'));
  const data = join(folder, 'data');
  // Postgres refuses to run as root; Debian's package brings a user for it.
  const ids = process.getuid?.() === 0 ? await userIds('postgres') : null;
  const user = ids ?? {};
  const postgres = (program: string, ...args: string[]) =>
    run(join(bin, program), args, { cwd: folder, ...user });
  if (ids !== null) chownSync(folder, ids.uid, ids.gid);
  await postgres(
    'initdb',
    '--pgdata',
    data,
    '--auth',
    'trust',
    '--username',
    'outdial',
    '--encoding',
    'UTF8',
    '--no-sync',
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    'shared_buffers=16MB',
  ];
  // A child in the foreground, not a daemon: an interrupted test run interrupts it, too.
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
    {
      cwd: folder,
      ...user,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exited = once(server, 'exit');
  const quit = () => server.kill('SIGQUIT');
  process.once('exit', quit);
  let log = '';
  server.stderr.on('data', (data) => {
    log += data;
  });
  while (!log.includes('ready to accept connections')) {
    const ended = await Promise.race([
      once(server.stderr, 'data').then(() => false),
      exited.then(() => true),
    ]);
    if (ended) throw new Error(`Postgres did not start:\n${log}`);
  }

  let databases = 0;
  return {
    newDatabase: async () => {
      databases += 1;
      const name = `test_${databases}`;
      await postgres('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', 'outdial', name);
      return `postgres://outdial@127.0.0.1:${port}/${name}`;
    },
    stop: async () => {
      process.removeListener('exit', quit);
      quit();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
