import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPlaybook } from '../shelf.ts';
import { openPlaybookFolder } from './playbook-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'outdial-playbooks-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (file: string, greeting: string) =>
  writeFileSync(join(dir, file), `---\ngreeting: ${greeting}\n---\nHelp.\n`);
const open = () => openPlaybookFolder(dir, { defaultCountry: 'AU' });
const find = async (folder: ReturnType<typeof open>, name: string | null) =>
  findPlaybook(await folder.read(), name);

test('files are playbooks by their name; others are left alone', async () => {
  put('b.md', 'B.');
  put('a.md', 'A.');
  for (const other of ['README.md', '.hidden.md', 'notes.txt']) put(other, 'x');
  const shelf = await open().read();
  expect(shelf.entries.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'ok'],
    ['b', 'ok'],
  ]);
});

test('an edit, a new file and one that is taken away are seen without a restart', async () => {
  const folder = open();
  put('a.md', 'One.');
  expect(await find(folder, 'a')).toMatchObject({ playbook: { greeting: 'One.' } });
  put('a.md', 'Two.');
  utimesSync(join(dir, 'a.md'), new Date(), new Date(Date.now() + 5_000));
  put('b.md', 'New.');
  expect(await find(folder, 'a')).toMatchObject({ playbook: { greeting: 'Two.' } });
  expect(await find(folder, 'b')).toMatchObject({ status: 'found' });
  rmSync(join(dir, 'b.md'));
  expect(await find(folder, 'b')).toMatchObject({ status: 'refused', code: 'playbook_not_found' });
});

test('what has not changed is not read again', async () => {
  put('a.md', 'One.');
  const folder = open();
  const [first] = (await folder.read()).entries;
  const [second] = (await folder.read()).entries;
  expect(second).toBe(first);
});

test('a broken file stops its own playbook only', async () => {
  put('good.md', 'Good.');
  writeFileSync(join(dir, 'bad.md'), '---\ngreeting: 5\n---\nHelp.\n');
  mkdirSync(join(dir, 'folder.md'));
  const folder = open();
  expect(await find(folder, 'good')).toMatchObject({ status: 'found' });
  expect(await find(folder, 'bad')).toMatchObject({
    code: 'playbook_broken',
    detail: expect.stringContaining('bad.md:2: greeting: It must be text'),
  });
  expect(await find(folder, 'folder')).toMatchObject({ detail: expect.stringContaining('not a file') });
});

test('without a name it is default.md, and the built-in one where there is none', async () => {
  const folder = open();
  expect(await find(folder, null)).toMatchObject({
    playbook: { name: 'default', greeting: /automated assistant/ },
  });
  put('default.md', 'Ours.');
  expect(await find(folder, null)).toMatchObject({ playbook: { greeting: 'Ours.' } });
  writeFileSync(join(dir, 'default.md'), 'oops');
  expect(await find(folder, null)).toMatchObject({ code: 'playbook_broken' });
});

test('a name that is not there is answered with those that are', async () => {
  put('appointment-reminder.md', 'A.');
  expect(await find(open(), 'appointment_remindr')).toMatchObject({
    code: 'playbook_not_found',
    detail:
      'There is no playbook "appointment_remindr". Did you mean "appointment-reminder"? There are default, appointment-reminder.',
  });
});

test.each(['../secret', '/etc/passwd', '..', 'a/../a', '__proto__', 'constructor'])(
  '%s leads nowhere',
  async (name) => {
    put('a.md', 'A.');
    expect(await find(open(), name)).toMatchObject({ code: 'playbook_not_found' });
  },
);

test('a folder that was never there is empty; one that went away is a problem', async () => {
  const folder = open();
  await folder.read();
  renameSync(dir, `${dir}-gone`);
  try {
    expect(await find(open(), null)).toMatchObject({ status: 'found' });
    expect(await find(folder, null)).toMatchObject({
      code: 'playbook_broken',
      detail: expect.stringContaining('PLAYBOOKS_DIR'),
    });
  } finally {
    renameSync(`${dir}-gone`, dir);
  }
});
