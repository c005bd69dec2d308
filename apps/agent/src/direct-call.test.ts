import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN_PLAYBOOK, DEFAULT_PLAYBOOK, type Playbook } from '@outdial/playbooks';
import { decodeMetadata } from '@outdial/telephony';
import { expect, test } from 'vitest';
import { testConfig } from '../test/config.ts';
import { callFromMetadata, readDefaultPlaybook } from './direct-call.ts';

const SEED = `{
    "destination":"61402012298",
    "account_code":"em-tech-01",
    "transfer_target":"61731071901",
    "caller_id":"LiveKitNehosHosted",
    "caller_name":"LiveKit Nehos Hosted"
  }`;

const read = (text: string, change: Partial<Playbook> = {}) => {
  const decoded = decodeMetadata(text);
  if (decoded.status === 'invalid') throw new Error(decoded.reason);
  return callFromMetadata(decoded.metadata, testConfig(), { ...BUILT_IN_PLAYBOOK, ...change });
};

test("the guide's own dispatch is read as a call", () => {
  expect(read(SEED)).toEqual({
    status: 'ok',
    call: {
      id: 'direct',
      destination: '+61402012298',
      account_code: 'em-tech-01',
      transfer_target: 'tel:+61731071901',
      caller_id: 'LiveKitNehosHosted',
      caller_name: 'LiveKit Nehos Hosted',
      ring_timeout_seconds: 45,
      max_call_seconds: 840,
      voicemail: 'hang_up',
      record: false,
      traceparent: null,
      playbook: {
        ...DEFAULT_PLAYBOOK,
        transfer_targets: [{ name: 'default', description: null, uri: 'tel:+61731071901' }],
      },
    },
  });
});

test.each([
  ['{"destination":"12"}', 'destination'],
  ['{"destination":"61402012298","transfer_target":"http://x"}', 'transfer_target'],
])('%s is refused and the field named', (text, field) => {
  expect(read(text)).toMatchObject({ status: 'invalid', reason: expect.stringContaining(field) });
});

test('a default playbook of its own has its limit, its targets and what the metadata says', () => {
  const target = { name: 'accounts', description: null, target: '02 5550 0100' };
  const own = {
    greeting: 'Hello from {{caller_name}}.',
    max_call_seconds: 60,
    transfer_targets: [target],
  };
  expect(read(SEED, own)).toMatchObject({
    call: {
      max_call_seconds: 60,
      playbook: {
        greeting: 'Hello from LiveKit Nehos Hosted.',
        transfer_targets: [{ name: 'default' }, { name: 'accounts', uri: 'tel:+61255500100' }],
      },
    },
  });
});

test('a default playbook that needs variables cannot serve such a call', () => {
  const variables = [{ name: 'who', description: null, default: null }];
  expect(read(SEED, { greeting: 'Hello {{who}}.', variables })).toMatchObject({
    status: 'invalid',
    reason: expect.stringContaining('variable who'),
  });
});

test('the default playbook is read from the folder as it stands', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'outdial-playbooks-'));
  const config = testConfig({ PLAYBOOKS_DIR: dir });
  try {
    expect(await readDefaultPlaybook(config)).toMatchObject({ value: BUILT_IN_PLAYBOOK });
    writeFileSync(join(dir, 'default.md'), '---\ngreeting: Ours.\n---\nHelp.\n');
    expect(await readDefaultPlaybook(config)).toMatchObject({ value: { greeting: 'Ours.' } });
    writeFileSync(join(dir, 'default.md'), 'oops');
    expect(await readDefaultPlaybook(config)).toMatchObject({
      status: 'invalid',
      reason: expect.stringContaining('default.md:1'),
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
  expect(await readDefaultPlaybook(config)).toMatchObject({ status: 'invalid' });
});
