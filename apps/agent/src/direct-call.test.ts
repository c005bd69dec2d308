import { decodeMetadata } from '@outdial/telephony';
import { expect, test } from 'vitest';
import { testConfig } from '../test/config.ts';
import { callFromMetadata } from './direct-call.ts';

const SEED = `{
    "destination":"61402012298",
    "account_code":"em-tech-01",
    "transfer_target":"61731071901",
    "caller_id":"LiveKitNehosHosted",
    "caller_name":"LiveKit Nehos Hosted"
  }`;

const read = (text: string) => {
  const decoded = decodeMetadata(text);
  if (decoded.status === 'invalid') throw new Error(decoded.reason);
  return callFromMetadata(decoded.metadata, testConfig());
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
      greeting: null,
      instructions: null,
    },
  });
});

test.each([
  ['{"destination":"12"}', 'destination'],
  ['{"destination":"61402012298","transfer_target":"http://x"}', 'transfer_target'],
])('%s is refused and the field named', (text, field) => {
  expect(read(text)).toMatchObject({ status: 'invalid', reason: expect.stringContaining(field) });
});
