import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** The programs of the lab, each with the Debian package that brings it. */
const DEBIAN_PROGRAMS = {
  'redis-server': 'redis-server',
  kamailio: 'kamailio',
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  'espeak-ng': 'espeak-ng',
  sox: 'sox',
} as const;

export type Binaries = Record<
  'redis' | 'kamailio' | 'sipp' | 'baresip' | 'livekitServer' | 'livekitSip',
  string
>;
export type GoBinaries = { livekitServer: string; livekitSip: string };

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Debian puts servers there, which an ordinary user's PATH leaves out. */
const SERVER_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const findProgram = (name: string, dirs: readonly string[]): string | undefined =>
  dirs.map((dir) => join(dir, name)).find(isExecutable);

/** Where the two Go programs are looked for: an argument, the environment, then `<repo>/.cache/lab/bin`. */
export const goBinaries = (given: GoBinaries | undefined, env: NodeJS.ProcessEnv = process.env): GoBinaries =>
  given ?? {
    livekitServer: env.LAB_LIVEKIT_SERVER ?? join(REPOSITORY, '.cache/lab/bin/livekit-server'),
    livekitSip: env.LAB_LIVEKIT_SIP ?? join(REPOSITORY, '.cache/lab/bin/livekit-sip'),
  };

/** Finds every program of the lab, or throws one error that names all that are missing and how to get each. */
export const findBinaries = (
  go: GoBinaries,
  path: string = process.env.PATH ?? '',
  serverDirs: readonly string[] = SERVER_DIRS,
): Binaries => {
  const dirs = [...path.split(delimiter), ...serverDirs];
  const problems: string[] = [];
  const found = (name: keyof typeof DEBIAN_PROGRAMS): string => {
    const file = findProgram(name, dirs);
    if (file === undefined) {
      problems.push(
        `${name} is missing: install the Debian package ${DEBIAN_PROGRAMS[name]} (apt-get install ${DEBIAN_PROGRAMS[name]}).`,
      );
    }
    return file ?? name;
  };
  const built = (name: string, file: string, variable: string): string => {
    if (!isExecutable(file)) {
      problems.push(
        `${name} is missing at ${file}: npm start builds it with Go, or name one in ${variable}.`,
      );
    }
    return file;
  };
  const binaries: Binaries = {
    redis: found('redis-server'),
    kamailio: found('kamailio'),
    sipp: found('sipp'),
    baresip: found('baresip'),
    livekitServer: built('livekit-server', go.livekitServer, 'LAB_LIVEKIT_SERVER'),
    livekitSip: built('livekit-sip', go.livekitSip, 'LAB_LIVEKIT_SIP'),
  };
  found('espeak-ng');
  found('sox');
  if (problems.length > 0) throw new Error(`The lab cannot start.\n${problems.join('\n')}`);
  return binaries;
};
