import { parseHostPort } from '@outdial/telephony';
import { CliError, causeOf } from '../errors.ts';
import type { LiveKitAccess } from '../livekit-access.ts';
import { resolveHost, tryTcp, tryTls } from '../probes/host.ts';

/** What trying an answer showed, in a sentence. */
export type Tried = { readonly status: 'ok' | 'wrong'; readonly seen: string };

const LIMIT_MS = 10_000;

const ok = (seen: string): Tried => ({ status: 'ok', seen });
const wrong = (seen: string): Tried => ({ status: 'wrong', seen });

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.name === 'TimeoutError'
    ? `no answer within ${LIMIT_MS / 1000} s`
    : causeOf(error);

/** Lists the outbound trunks: that needs a right key and changes nothing. */
export const tryLiveKit = async (access: LiveKitAccess): Promise<Tried> => {
  // LiveKit's SDK comes with it: every verb loads this file, and few need that.
  const { createTrunks } = await import('../trunk/livekit-trunks.ts');
  try {
    const trunks = await createTrunks(access).list();
    return ok(
      `LiveKit takes the key; it has ${trunks.length} outbound trunk${trunks.length === 1 ? '' : 's'}.`,
    );
  } catch (error) {
    if (error instanceof CliError) return wrong(error.message);
    throw error;
  }
};

/** Looks a host up. */
export const tryHost = async (host: string): Promise<Tried> => {
  const { addresses, dnsError } = await resolveHost(host, LIMIT_MS);
  if (dnsError !== null)
    return wrong(`${host} cannot be found (${dnsError}); check the name, and DNS on this machine.`);
  return ok(addresses[0] === host ? `${host} is an address.` : `${host} is at ${addresses[0]}.`);
};

const connects = async (host: string, port: number, transport: 'tcp' | 'tls'): Promise<Tried> => {
  const problem =
    transport === 'tls'
      ? (await tryTls(host, port, { timeoutMs: LIMIT_MS })).problem
      : await tryTcp(host, port, LIMIT_MS);
  const where = `${host}:${port} over ${transport.toUpperCase()}`;
  if (problem === null) return ok(`${where} answers.`);
  if (problem === 'ETIMEDOUT') return wrong(`${where} does not answer within ${LIMIT_MS / 1000} s.`);
  return wrong(`${where} cannot be reached (${problem}).`);
};

/** Looks the carrier up, and connects where the transport has connections. From here, not from LiveKit. */
export const tryCarrier = async (hostPort: string, transport: 'udp' | 'tcp' | 'tls'): Promise<Tried> => {
  const parsed = parseHostPort(hostPort.toLowerCase());
  if (parsed.status === 'invalid') return wrong(parsed.reason);
  const found = await tryHost(parsed.host);
  if (found.status === 'wrong') return found;
  if (transport === 'udp') return ok(`${found.seen} Over UDP only a call shows whether it answers.`);
  return connects(parsed.host, parsed.port ?? (transport === 'tls' ? 5061 : 5060), transport);
};

const get = async (what: string, url: string, headers: Record<string, string>): Promise<Response | Tried> => {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(LIMIT_MS) });
  } catch (error) {
    return wrong(
      `${what} at ${new URL(url).host} cannot be reached (${reasonOf(error)}); check the firewall and DNS.`,
    );
  }
};

/** Asks Cartesia for the voice: that needs a right key and a voice that exists, and says nothing. */
export const tryCartesia = async (key: string, voice: string, baseUrl: string | null): Promise<Tried> => {
  const base = (baseUrl ?? 'https://api.cartesia.ai').replace(/\/+$/, '');
  const answer = await get('Cartesia', `${base}/voices/${encodeURIComponent(voice)}`, {
    'X-API-Key': key,
    'Cartesia-Version': '2025-04-16',
  });
  if (!(answer instanceof Response)) return answer;
  await answer.body?.cancel();
  if (answer.ok) return ok('Cartesia takes the key and has the voice.');
  if (answer.status === 401 || answer.status === 403) {
    return wrong(`Cartesia refuses the key (${answer.status}); look it up at play.cartesia.ai/keys.`);
  }
  if (answer.status === 404)
    return wrong(`Cartesia takes the key but has no voice ${voice} (404); correct CARTESIA_VOICE_ID.`);
  return wrong(`Cartesia answered ${answer.status}.`);
};

/** Asks an OpenAI-compatible server for its models. */
export const tryModelServer = async (key: string | null, baseUrl: string | null): Promise<Tried> => {
  const base = (baseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/, '');
  const answer = await get(
    'The model server',
    `${base}/models`,
    key === null ? {} : { authorization: `Bearer ${key}` },
  );
  if (!(answer instanceof Response)) return answer;
  await answer.body?.cancel();
  const { host } = new URL(base);
  if (answer.ok) return ok(`${host} answers and takes the key.`);
  // Some compatible servers have no list of models.
  if (answer.status === 404) return ok(`${host} answers; it has no list of models to try the key with.`);
  if (answer.status === 401 || answer.status === 403)
    return wrong(`${host} refuses the key (${answer.status}).`);
  return wrong(`${host} answered ${answer.status}.`);
};
