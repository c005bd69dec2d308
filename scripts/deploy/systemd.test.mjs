import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sharedEnvironment } from '../../packages/runtime/src/index.ts';
import { repository } from '../setup/paths.mjs';

const UNITS = ['outdial-bridge', 'outdial-agent'];
/** systemd's own scale: below 2 is a service that it calls safe. */
const EXPOSURE_BELOW = 2;

const dir = mkdtempSync(join(tmpdir(), 'outdial-units-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** @param {string} unit */
const unitText = (unit) => readFileSync(join(repository, 'docs/deploy', `${unit}.service`), 'utf8');

/**
 * @param {string} unit
 * @param {string} name
 */
const setting = (unit, name) => new RegExp(`^${name}=(.*)$`, 'm').exec(unitText(unit))?.[1] ?? '';

/**
 * The unit with this checkout in the place of /opt/outdial, so that its programs are there.
 * @param {string} unit
 */
const here = (unit) => {
  const file = join(dir, `${unit}.service`);
  writeFileSync(file, unitText(unit).replaceAll('/opt/outdial', repository));
  return file;
};

/** @param {string[]} args */
const analyze = (...args) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
};
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.each(UNITS)('%s.service', (unit) => {
  test.skipIf(!hasSystemd)('is understood by systemd, every line of it', () => {
    const lines = analyze('verify', '--man=no', here(unit)).output.split('\n');
    expect(lines.filter((line) => line.includes(unit))).toEqual([]);
  });

  test.skipIf(!hasSystemd)('is counted among the safe ones', () => {
    const { output } = analyze('security', '--offline=true', '--no-pager', here(unit));
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(output)?.[1]);
    expect(exposure, output).toBeLessThan(EXPOSURE_BELOW);
  });

  test('starts the app as package.json says', () => {
    const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    const [node, ...args] = scripts[unit.replace('outdial-', '')].split(' ');
    const command = [`/opt/outdial/.cache/tools/node_modules/.bin/${node}`, ...args];
    expect(setting(unit, 'ExecStart').split(' ')).toEqual(
      command.map((word) => word.replace(/^apps\//, '/opt/outdial/apps/')),
    );
  });

  test('has a folder of its own for what it keeps', () => {
    expect(setting(unit, 'StateDirectory')).toBe(unit);
    expect(setting(unit, 'Environment')).toContain(`DATA_DIR=/var/lib/${unit}`);
  });

  test('lets the app itself end its calls', () => {
    expect(setting(unit, 'KillMode')).toBe('mixed');
  });
});

test('systemd leaves the agent longer to stop than the longest call lasts', () => {
  const minutes = Number(/^(\d+)min$/.exec(setting('outdial-agent', 'TimeoutStopSec'))?.[1]);
  const longestCall = Number(sharedEnvironment.MAX_CALL_SECONDS.meta()?.default);
  expect(minutes * 60).toBeGreaterThan(longestCall + 60);
});

test('systemd stops the agent before the bridge', () => {
  expect(setting('outdial-agent', 'After')).toContain('outdial-bridge.service');
});
