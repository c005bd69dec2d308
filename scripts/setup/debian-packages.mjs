import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { DOCKER_WAY, SetupError } from './errors.mjs';
import { logsDir, setupDir } from './paths.mjs';
import { endChild, run } from './processes.mjs';

/** What the lab runs. */
export const RUN_PACKAGES = ['redis-server', 'kamailio', 'sip-tester', 'baresip-core', 'espeak-ng', 'sox'];

/** What its Go programs are built with. */
const BUILD_PACKAGES = ['gcc', 'libc6-dev', 'pkg-config', 'libopus-dev', 'libopusfile-dev', 'libsoxr-dev'];

/** The tests run against a real Postgres too, and step a bridge's clock. */
const TEST_PACKAGES = ['postgresql', 'faketime'];

const DEBIAN_PACKAGES = [...RUN_PACKAGES, ...BUILD_PACKAGES, ...TEST_PACKAGES];

/** dpkg is let finish what it writes: that may take this long, and stopping it by force breaks things. */
const APT_GRACE_MS = 180_000;

/**
 * The packages that are not installed, from the answer of dpkg-query.
 * @param {readonly string[]} wanted
 * @param {string} answer lines "name status"
 */
export const notInstalled = (wanted, answer) => {
  const installed = new Set(
    answer
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return wanted.filter((name) => !installed.has(name));
};

export const missingPackages = () => {
  const format = '-f=$' + '{Package} $' + '{db:Status-Status}\n';
  const { stdout } = spawnSync('dpkg-query', ['-W', format, ...DEBIAN_PACKAGES], { encoding: 'utf8' });
  return notInstalled(DEBIAN_PACKAGES, stdout ?? '');
};

/**
 * Shows the person at the terminal what would be installed, and asks.
 * @param {readonly string[]} packages
 * @throws {SetupError} on no
 */
export const askToInstall = async (packages) => {
  console.log(`The lab and the tests need Debian packages that are not installed:
  ${packages.join(' ')}
They would be installed with "sudo apt-get install", in about a minute; on a bare system all of them take
some 700 MB. None of their services is started.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise((resolve) => terminal.once('close', () => resolve('no')));
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answer = String(await Promise.race([terminal.question('Install them now? [Y/n] '), closed]));
  terminal.close();
  // The password is asked for here, where no progress line is drawn over the prompt.
  const agreed =
    /^(y|yes|)$/i.test(answer.trim()) && spawnSync('sudo', ['-v'], { stdio: 'inherit' }).status === 0;
  if (agreed) return;
  throw new SetupError(
    `Nothing was installed. By hand: sudo apt-get install ${packages.join(' ')}\n${DOCKER_WAY}`,
  );
};

/**
 * Installs the packages, as root or with sudo. An interrupted installation is completed by the next one.
 * @param {readonly string[]} packages
 * @param {'root' | 'sudo' | 'ask' | 'none'} way
 */
export const installPackages = (packages, way) => {
  const script = [join(setupDir, 'install-debian-packages.sh'), ...packages];
  const asRoot = way === 'root';
  return run({
    doing: 'installing Debian packages with apt-get',
    command: asRoot ? 'sh' : 'sudo',
    args: asRoot ? script : [...(way === 'sudo' ? ['-n'] : []), 'sh', ...script],
    cwd: '/',
    logFile: join(logsDir, 'debian-packages.log'),
    onTerminal: !asRoot,
    // A download stops at once; dpkg is let finish what it is writing.
    stop: (child) => {
      console.log('Stopping. If packages are being written, that is finished first; it may take a minute.');
      return endChild(child, { signal: 'SIGINT', graceMs: APT_GRACE_MS });
    },
  });
};
