import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labBin, logsDir, setupDir } from './paths.mjs';
import { run } from './processes.mjs';
import { keyOf, readStamp, writeStamp } from './stamps.mjs';

/**
 * Each is built from a small Go module of its own in `scripts/setup/<name>`, whose go.mod and go.sum pin
 * the program and everything in it.
 */
export const GO_PROGRAMS = [
  {
    name: 'livekit-server',
    package: 'github.com/livekit/livekit-server/cmd/server',
    takes: '3 minutes',
  },
  {
    name: 'livekit-sip',
    package: 'github.com/livekit/sip/cmd/livekit-sip',
    takes: '1 minute',
  },
];

/** @typedef {(typeof GO_PROGRAMS)[number]} GoProgram */

/** @param {GoProgram} program */
const moduleDir = (program) => join(setupDir, program.name);

/** @param {GoProgram} program */
const binary = (program) => join(labBin, program.name);

/** @param {GoProgram} program */
const stampFile = (program) => join(labBin, `.${program.name}.stamp`);

/** @param {GoProgram} program */
const programKey = (program) =>
  keyOf([
    ...['go.mod', 'go.sum'].map((name) => readFileSync(join(moduleDir(program), name))),
    program.package,
    process.platform,
    process.arch,
  ]);

/** @param {string} goMod */
export const goVersionOf = (goMod) => /^go (\S+)$/m.exec(goMod)?.[1] ?? '1.26';

/** The Go version that the programs ask for. */
export const goNeeded = () => goVersionOf(readFileSync(join(setupDir, 'livekit-sip', 'go.mod'), 'utf8'));

/** @param {GoProgram} program */
export const programIsReady = (program) =>
  existsSync(binary(program)) && readStamp(stampFile(program)) === programKey(program);

/**
 * Builds one program beside its place and moves it there whole.
 * @param {GoProgram} program
 */
export const buildProgram = async (program) => {
  mkdirSync(labBin, { recursive: true });
  const fresh = join(labBin, `.${program.name}.new`);
  await run({
    doing: `building ${program.name} with Go`,
    command: 'go',
    args: ['build', '-mod=readonly', '-buildvcs=false', '-o', fresh, program.package],
    cwd: moduleDir(program),
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '1' },
    logFile: join(logsDir, `${program.name}.log`),
  });
  rmSync(stampFile(program), { force: true });
  renameSync(fresh, binary(program));
  writeStamp(stampFile(program), programKey(program));
};
