import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markBoot, readBootId } from './boot-mark.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outdial-boot-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mark = () => JSON.parse(readFileSync(join(folder, 'boot.json'), 'utf8'));
/** A start on this run of the host that deals with what was lost, and writes its data. */
const start = (boot: string) => {
  const started = markBoot(folder, boot);
  started.writeRunning();
  mkdirSync(join(folder, 'pglite/base'), { recursive: true });
  writeFileSync(join(folder, 'pglite/base/1'), 'a page');
  return started;
};

test('a first start lost nothing and leaves its mark', () => {
  expect(start('boot-1').powerLost).toBe(false);
  expect(mark()).toEqual({ boot: 'boot-1', clean: false });
});

test('a killed process lost nothing: the host is still the same run', () => {
  start('boot-1');
  expect(start('boot-1').powerLost).toBe(false);
});

test('an unclean stop and another run of the host: the power was lost', () => {
  start('boot-1');
  expect(start('boot-2').powerLost).toBe(true);
});

test('it was lost once: the next start after it is judged by the mark of this one', () => {
  start('boot-1');
  start('boot-2');
  expect(start('boot-2').powerLost).toBe(false);
});

test('a start that was cut short before it dealt with the loss leaves it to the next', () => {
  start('boot-1');
  expect(markBoot(folder, 'boot-2').powerLost).toBe(true);
  expect(markBoot(folder, 'boot-2').powerLost).toBe(true);
});

test('a clean stop lost nothing, whatever came after it', () => {
  start('boot-1').writeCleanStop();
  expect(mark()).toEqual({ boot: 'boot-1', clean: true });
  expect(start('boot-2').powerLost).toBe(false);
  expect(mark()).toEqual({ boot: 'boot-2', clean: false });
});

test.each(['', '{', '{"boot":5}', '{"boot":"","clean":true}'])(
  'data beside a mark of %j: nobody knows, so it counts as lost',
  (text) => {
    start('boot-1').writeCleanStop();
    writeFileSync(join(folder, 'boot.json'), text);
    expect(start('boot-1').powerLost).toBe(true);
  },
);

test('data and no mark at all: nobody knows, so it counts as lost', () => {
  start('boot-1').writeCleanStop();
  rmSync(join(folder, 'boot.json'));
  expect(start('boot-1').powerLost).toBe(true);
});

test('the id of this run of the host stays the same', () => {
  expect(readBootId()).not.toBe('');
  expect(readBootId()).toBe(readBootId());
});
