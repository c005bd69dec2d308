import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../endpoint.ts';
import { codeOf } from '../errors.ts';

/** When a certificate ends, and what is wrong with TLS there; `problem` is a code, `null` when all is well. */
export type TlsFacts = { readonly validTo: Date | null; readonly problem: string | null };

/** What was found on the way to a host, as far as it got. */
export type HostFacts = {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
  /** Code of the failure, such as ENOTFOUND; `null` when it resolves. */
  readonly dnsError: string | null;
  readonly tcpError: string | null;
  /** `null` without TLS, or when it never came so far. */
  readonly tls: TlsFacts | null;
};

export type ProbeLimits = {
  readonly timeoutMs: number;
  /** A root that is trusted besides the usual ones (PEM). */
  readonly ca?: string | undefined;
};

/** Rejects with TIMEOUT after a while; the work itself goes on unseen. */
const within = <T>(ms: number, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

/** Every address of a name, as programs on this machine see it (hosts file included), or the failure's code. */
export const resolveHost = async (
  host: string,
  timeoutMs: number,
): Promise<Pick<HostFacts, 'addresses' | 'dnsError'>> => {
  try {
    const found = await within(timeoutMs, lookup(host, { all: true }));
    return { addresses: found.map(({ address }) => address), dnsError: null };
  } catch (error) {
    return { addresses: [], dnsError: codeOf(error) };
  }
};

/** The failure of a TCP connection as a code, `null` when it is made. It is closed at once. */
export const tryTcp = (host: string, port: number, timeoutMs: number): Promise<string | null> =>
  new Promise((done) => {
    const socket = connect({ host, port });
    const end = (code: string | null) => {
      socket.destroy();
      done(code);
    };
    socket.setTimeout(timeoutMs, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(null));
    // More than one can come: the first tells.
    socket.on('error', (error) => end(codeOf(error)));
  });

/** Shakes hands by TLS and looks at the certificate. The connection is closed at once. Never rejects. */
export const tryTls = (host: string, port: number, { timeoutMs, ca }: ProbeLimits): Promise<TlsFacts> =>
  new Promise((done) => {
    const socket = connectTls({
      host,
      port,
      // A wrong certificate is looked at, not used: nothing is sent over this connection.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    const end = (facts: TlsFacts) => {
      socket.destroy();
      done(facts);
    };
    socket.setTimeout(timeoutMs, () => end({ validTo: null, problem: 'ETIMEDOUT' }));
    socket.on('error', (error) => end({ validTo: null, problem: codeOf(error) }));
    socket.once('secureConnect', () => {
      const { valid_to } = socket.getPeerCertificate();
      end({
        validTo: valid_to === undefined ? null : new Date(valid_to),
        // Typed as an Error and given as a code.
        problem: socket.authorized ? null : codeOf(socket.authorizationError),
      });
    });
  });

/** Goes the way to a host step by step: name, TCP, TLS. Never rejects; each step has `timeoutMs`. */
export const probeHost = async (endpoint: Endpoint, limits: ProbeLimits): Promise<HostFacts> => {
  const { host, port } = endpoint;
  const resolved = await resolveHost(host, limits.timeoutMs);
  if (resolved.dnsError !== null) return { host, port, ...resolved, tcpError: null, tls: null };
  const tcpError = await tryTcp(host, port, limits.timeoutMs);
  const tls = tcpError === null && endpoint.tls ? await tryTls(host, port, limits) : null;
  return { host, port, ...resolved, tcpError, tls };
};
