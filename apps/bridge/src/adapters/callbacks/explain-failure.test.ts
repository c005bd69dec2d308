import { expect, test } from 'vitest';
import { explainFailure } from './explain-failure.ts';

const failed = (code: string): Error => Object.assign(new Error('POST /hook?signature=token'), { code });
const explain = (error: unknown): string =>
  explainFailure(error, 'n8n.example', { totalMs: 15_000, connectMs: 5_000 });

test.each([
  ['ENOTFOUND', 'could not be resolved'],
  ['EAI_AGAIN', 'could not be resolved'],
  ['ECONNREFUSED', 'Nothing listens'],
  ['ECONNRESET', 'closed the connection'],
  ['UND_ERR_SOCKET', 'closed the connection'],
  ['ETIMEDOUT', 'within 5 s'],
  ['UND_ERR_CONNECT_TIMEOUT', 'within 5 s'],
  ['CERT_HAS_EXPIRED', 'TLS'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS'],
  ['EHOSTUNREACH', 'failed: EHOSTUNREACH'],
])('%s: %s', (code, words) => {
  const reason = explain(failed(code));
  expect(reason).toContain(words);
  expect(reason).toContain('n8n.example');
  expect(reason).not.toContain('token');
});

test('the time limit, and what has no code', () => {
  expect(explain(new DOMException('aborted', 'TimeoutError'))).toBe(
    'n8n.example did not answer within 15 s.',
  );
  expect(explain(new Error('no idea'))).toContain('no idea');
  expect(explain('no error')).toContain('no error');
});
