/** How long one attempt may take, in milliseconds. */
export type CallbackLimits = { readonly totalMs: number; readonly connectMs: number };

// Node's TLS errors, and OpenSSL's for a certificate that is not trusted, not valid now or not of this host.
const CERTIFICATE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const seconds = (ms: number): string => `${ms / 1_000} s`;

/**
 * One sentence about an attempt that got no answer. It names the host and never the rest of the URL,
 * which may hold a token.
 */
export const explainFailure = (error: unknown, host: string, limits: CallbackLimits): string => {
  const code = codeOf(error);
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${host} did not answer within ${seconds(limits.totalMs)}.`;
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return `No connection to ${host} within ${seconds(limits.connectMs)}; is a firewall in between?`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The name ${host} could not be resolved (${code}); check it, and the DNS server of the bridge.`;
  }
  if (code === 'ECONNREFUSED') return `Nothing listens at ${host} (${code}); is the receiver running?`;
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') {
    return `${host} closed the connection without an answer (${code}).`;
  }
  if (CERTIFICATE.test(code)) {
    return `The TLS connection to ${host} failed (${code}); for a certificate of your own authority set NODE_EXTRA_CA_CERTS.`;
  }
  return `The request to ${host} failed: ${code || (error instanceof Error ? error.message : String(error))}.`;
};
