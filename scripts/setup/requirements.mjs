import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { missingPackages } from './debian-packages.mjs';
import { DOCKER_WAY, SetupError } from './errors.mjs';
import { goNeeded } from './go-programs.mjs';

/** From here on Go fetches the version that a module asks for by itself, unless GOTOOLCHAIN says not to. */
const GO_THAT_UPGRADES_ITSELF = '1.21';

/**
 * What the machine has, as far as the set-up cares.
 * @typedef {object} Machine
 * @property {boolean} npm
 * @property {boolean} apt
 * @property {readonly string[]} missingPackages
 * @property {'root' | 'sudo' | 'ask' | 'none'} install how system packages can be installed: as root, by a
 *   sudo that asks for nothing, by asking the person at the terminal, not at all
 * @property {string | null} go version, null when not found
 * @property {boolean} goIsLocal GOTOOLCHAIN keeps Go from fetching a newer one
 */

/** @param {string} version */
const numbers = (version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

/**
 * @param {string} version
 * @param {string} needed
 */
export const isAtLeast = (version, needed) => {
  const have = numbers(version);
  for (const [index, want] of numbers(needed).entries()) {
    const got = have[index] ?? 0;
    if (got !== want) return got > want;
  }
  return true;
};

/**
 * One sentence for each thing that is missing, with its mend. Empty when the set-up can begin.
 * @param {Machine} machine
 * @param {{ lab: boolean, go: string }} wanted go is the version that the lab's programs ask for
 */
export const findProblems = (machine, { lab, go }) => {
  const problems = [];
  if (!machine.npm) problems.push('npm was not found: it comes with Node.js, https://nodejs.org.');
  if (!lab) return problems;

  if (!machine.apt && machine.missingPackages.length > 0) {
    problems.push(
      'apt-get was not found: the lab is set up on Debian or Ubuntu only. To call through your own LiveKit and trunk, set LIVEKIT_URL and the other names of .env.example.',
    );
  } else if (machine.missingPackages.length > 0 && machine.install === 'none') {
    problems.push(
      `Debian packages are missing and this user may not install them without being asked: run "sudo apt-get install ${machine.missingPackages.join(' ')}" first, or run this as root.`,
    );
  }
  const enough = machine.goIsLocal ? go : GO_THAT_UPGRADES_ITSELF;
  if (machine.go === null) {
    problems.push(`Go was not found: install Go ${go} or newer from https://go.dev/dl.`);
  } else if (!isAtLeast(machine.go, enough)) {
    problems.push(`Go ${go} or newer is needed, this is ${machine.go}: install it from https://go.dev/dl.`);
  }
  return problems;
};

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
const output = (command, args) => {
  const result = spawnSync(command, args, { encoding: 'utf8', cwd: '/' });
  return result.status === 0 ? result.stdout : null;
};

/** @returns {Machine['install']} */
const installWay = () => {
  if (process.getuid?.() === 0) return 'root';
  if (output('sudo', ['--version']) === null) return 'none';
  if (process.env.CI && output('sudo', ['-n', 'true']) !== null) return 'sudo';
  return process.stdin.isTTY && process.stdout.isTTY ? 'ask' : 'none';
};

/**
 * @param {{ lab: boolean }} wanted
 * @returns {Machine}
 */
const lookAround = ({ lab }) => {
  const packages = lab ? missingPackages() : [];
  const [go = '', toolchain = ''] =
    (lab && output('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'])?.split('\n')) || [];
  return {
    npm: output('npm', ['--version']) !== null,
    apt: existsSync('/usr/bin/apt-get'),
    missingPackages: packages,
    install: packages.length > 0 ? installWay() : 'none',
    go: go === '' ? null : go.replace(/^go/, ''),
    goIsLocal: toolchain.startsWith('local'),
  };
};

/**
 * What the machine has, once everything needed to begin is there.
 * @param {{ lab: boolean }} wanted
 * @throws {SetupError} naming every missing thing at once
 */
export const checkRequirements = (wanted) => {
  const machine = lookAround(wanted);
  const problems = findProblems(machine, { ...wanted, go: wanted.lab ? goNeeded() : '' });
  if (problems.length === 0) return machine;
  throw new SetupError([...problems, ...(wanted.lab ? [DOCKER_WAY] : [])].join('\n'));
};
