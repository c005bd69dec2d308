import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../setup/paths.mjs';

/**
 * A service of a compose file, as compose-go gives it back: variables filled in, short forms written out.
 * @typedef {object} Service
 * @property {string} image
 * @property {{ context: string, target: string }} [build]
 * @property {number} [scale]
 * @property {string} [user]
 * @property {string} [restart]
 * @property {boolean} [read_only]
 * @property {string[]} [cap_drop]
 * @property {string[]} [cap_add]
 * @property {string[]} [security_opt]
 * @property {string[] | null} [command]
 * @property {Record<string, string | null>} environment
 * @property {Record<string, { ipv4_address?: string } | null>} [networks]
 * @property {string} [network_mode]
 * @property {{ host_ip?: string, published: string, target: number }[]} [ports]
 * @property {{ type: string, source: string, target: string, read_only?: boolean }[]} [volumes]
 * @property {Record<string, { condition: string, required: boolean }>} [depends_on]
 * @property {{ test: string[] }} [healthcheck]
 * @property {{ driver: string, options: Record<string, string> }} [logging]
 * @property {string} [stop_grace_period]
 */

/** @typedef {{ services: Record<string, Service>, networks: Record<string, { internal?: boolean }> }} Project */

/**
 * What `docker compose` would start from the repository's file with that `.env` beside it.
 * @param {string} program the built check
 * @param {{ env?: Record<string, string>, profiles?: string[] }} wanted
 * @returns {Project}
 * @throws {Error} with compose-go's words when the file is not valid
 */
export const resolveCompose = (program, { env = {}, profiles = [] }) => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-compose-'));
  try {
    copyFileSync(join(repository, 'docker-compose.yml'), join(dir, 'docker-compose.yml'));
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
    if (lines.length > 0) writeFileSync(join(dir, '.env'), lines.join(''));
    const { status, stdout, stderr } = spawnSync(program, [join(dir, 'docker-compose.yml'), ...profiles], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    if (status !== 0) throw new Error(`docker-compose.yml: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/**
 * The seconds of a duration as Go writes them, such as `16m0s`.
 * @param {string} [duration]
 */
export const secondsOf = (duration = '') => {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
};
