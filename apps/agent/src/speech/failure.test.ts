import { expect, test } from 'vitest';
import { testConfig } from '../../test/config.ts';
import { chooseModels } from './choice.ts';
import { describeFailure, describeSessionFailure } from './failure.ts';

test.each([
  ['Cartesia WebSocket connection rejected with status 429', 'MAX_CONCURRENT_CALLS'],
  ['Cartesia WebSocket connection rejected with status 401', 'API key'],
  ['answered HTTP 402', 'credit'],
  ['answered HTTP 503', 'status page'],
  ['Cartesia WebSocket connection timed out', 'firewall'],
  ['no sound within 2000 ms', 'firewall'],
])('%s names the host, the mend and the firewall', (reason, mend) => {
  const { message } = describeFailure('The voice', 'api.cartesia.ai', reason);
  expect(message).toContain(`The voice failed at api.cartesia.ai: ${reason};`);
  expect(message).toContain(mend);
  expect(message).toContain('firewall lets this machine out to api.cartesia.ai on port 443');
});

test('an error of the connection that the plugin names by its class only is told in words', () => {
  expect(describeFailure('The voice', '127.0.0.1:4000', 'AggregateError').message).toBe(
    'The voice failed at 127.0.0.1:4000: it could not be reached; check that the firewall lets this machine out to 127.0.0.1:4000.',
  );
});

test.each([
  [
    'stt_error: it was closed',
    'Speech to text failed at api.cartesia.ai: it was closed; check that the firewall',
  ],
  ['llm_error: 500 status code (no body)', 'The language model failed at 127.0.0.1:11434: 500 status code'],
  ['The voice made no sound.', 'The voice made no sound.'],
])('an error of the session, "%s", names the provider', (text, message) => {
  expect(describeSessionFailure(chooseModels(testConfig()), text).message).toContain(message);
});
