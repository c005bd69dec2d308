import { expect, test } from 'vitest';
import { describeFailure } from './failure.ts';

test.each([
  ['Cartesia WebSocket connection rejected with status 429', 'MAX_CONCURRENT_CALLS'],
  ['Cartesia WebSocket connection rejected with status 401', 'API key'],
  ['answered HTTP 402', 'credit'],
  ['answered HTTP 503', 'status page'],
  ['Cartesia WebSocket connection timed out', 'firewall'],
  ['no sound within 2000 ms', 'firewall'],
])('%s names the host, the mend and the firewall', (reason, mend) => {
  const { message } = describeFailure('api.cartesia.ai', reason);
  expect(message).toContain(`The voice failed at api.cartesia.ai: ${reason};`);
  expect(message).toContain(mend);
  expect(message).toContain('firewall lets this machine out to api.cartesia.ai on port 443');
});

test('an error of the connection that the plugin names by its class only is told in words', () => {
  expect(describeFailure('127.0.0.1:4000', 'AggregateError').message).toBe(
    'The voice failed at 127.0.0.1:4000: it could not be reached; check that the firewall lets this machine out to 127.0.0.1:4000.',
  );
});
