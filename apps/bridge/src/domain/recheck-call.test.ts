import { DEFAULT_PLAYBOOK } from '@outdial/playbooks';
import { expect, test } from 'vitest';
import { aCall, settings } from '../../test/fixtures.ts';
import { recheckCall } from './recheck-call.ts';

const { policy } = settings();

test('what may still be dialled passes, with and without a transfer target', () => {
  expect(recheckCall(aCall(), settings())).toBeNull();
  expect(recheckCall(aCall({ transferTarget: null }), settings())).toBeNull();
  expect(recheckCall(aCall({ transferTarget: 'sip:100@sip.example.com' }), settings())).toBeNull();
});

test.each([
  ['the country', {}, { policy: { ...policy, allowedCountries: ['NZ'] } }, 'AU'],
  ['the number', {}, { policy: { ...policy, allowFictitious: false } }, 'reserved for fiction'],
  ['the caller ID', {}, { policy: { ...policy, callerIdsAllowed: ['+61255500199'] } }, 'CALLER_IDS_ALLOWED'],
  [
    'the host of the transfer target',
    { transferTarget: 'sip:100@sip.example.com' },
    { transferHosts: ['other.example.com'] },
    'The transfer target: ',
  ],
  ['the country of the transfer target', { transferTarget: 'tel:+6421555012' }, {}, 'The transfer target: '],
])('%s is no longer allowed', (_name, call, change, reason) => {
  expect(recheckCall(aCall(call), settings(change))).toContain(reason);
});

test('a named target of the playbook is held to the same, and named', () => {
  const target = { name: 'accounts', description: null, uri: 'tel:+61255500102' };
  const call = aCall({ grantedPlaybook: { ...DEFAULT_PLAYBOOK, transfer_targets: [target] } });
  expect(recheckCall(call, settings())).toBeNull();
  const changed = settings({ policy: { ...policy, allowFictitious: false, allowedCountries: ['AU'] } });
  const dialable = { ...call, destination: '+61402012298' };
  expect(recheckCall(dialable, changed)).toContain('The transfer target accounts: ');
});
