import { describe, expect, test } from 'vitest';
import { DEFAULT_PLAYBOOK } from './default-playbook.ts';
import { playbookForCall } from './playbook-for-call.ts';

const none = { greeting: null, instructions: null, transferTarget: null };

describe('playbookForCall', () => {
  test('a call without words of its own uses the playbook as it is', () => {
    expect(playbookForCall(DEFAULT_PLAYBOOK, none)).toEqual(DEFAULT_PLAYBOOK);
  });

  test('the words of the call come first', () => {
    const words = { ...none, greeting: 'Good day.', instructions: 'Ask for the invoice.' };
    expect(playbookForCall(DEFAULT_PLAYBOOK, words)).toMatchObject({
      greeting: 'Good day.',
      instructions: 'Ask for the invoice.',
    });
  });

  test('its transfer target is the default one, beside those of the playbook', () => {
    const named = (name: string, uri: string) => ({ name, description: null, uri });
    const playbook = {
      ...DEFAULT_PLAYBOOK,
      transfer_targets: [named('default', 'tel:+61255500101'), named('accounts', 'tel:+61255500102')],
    };
    const words = { ...none, transferTarget: 'tel:+61255500100' };
    expect(playbookForCall(playbook, words).transfer_targets).toEqual([
      named('default', 'tel:+61255500100'),
      named('accounts', 'tel:+61255500102'),
    ]);
  });
});
