import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseMode, namesIn, namesSet } from './mode.mjs';

const dir = mkdtempSync(join(tmpdir(), 'outdial-mode-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what npm start runs', () => {
  test('the lab, when nothing of a real network is set', () => {
    expect(chooseMode(new Set(['PATH', 'CARTESIA_API_KEY', 'BRIDGE_PORT']))).toEqual({ mode: 'lab' });
  });

  test('bridge and agent, when LiveKit is named with its key', () => {
    expect(chooseMode(new Set(['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']))).toEqual({
      mode: 'live',
    });
  });

  test.each([
    [
      ['SIP_TRUNK_HOST'],
      'LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET are not set, but SIP_TRUNK_HOST is',
    ],
    [
      ['DATABASE_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'],
      'LIVEKIT_URL is not set, but DATABASE_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET are',
    ],
    [['LIVEKIT_URL'], 'LIVEKIT_API_KEY, LIVEKIT_API_SECRET are not set, but LIVEKIT_URL is'],
  ])('with only %j set, what is missing is named', (names, sentence) => {
    const choice = chooseMode(new Set(names));
    expect(choice).toMatchObject({ mode: 'incomplete', problem: expect.stringContaining(sentence) });
  });
});

test('names with a value are found in .env text; empty, commented and broken lines are not', () => {
  const text = `# A=1
LIVEKIT_URL = wss://example.test # the project
export SIP_TRUNK_HOST="sip.example.test"
SIP_FROM_NUMBER=
SIP_DISPLAY_NAME=""
SIP_FROM_IDENTITY= # none
not a setting`;
  expect(namesIn(text)).toEqual(['LIVEKIT_URL', 'SIP_TRUNK_HOST']);
});

test('environment, .env.local and .env are joined; NAME_FILE counts as NAME, an empty variable as unset', () => {
  writeFileSync(join(dir, '.env'), 'LIVEKIT_URL=wss://example.test\r\n');
  writeFileSync(join(dir, '.env.local'), 'LIVEKIT_API_KEY=key\n');
  const names = namesSet(dir, { LIVEKIT_API_SECRET_FILE: '/run/secret', SIP_TRUNK_ID: '' });
  expect([...names].sort()).toEqual(['LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET', 'LIVEKIT_URL']);
});
