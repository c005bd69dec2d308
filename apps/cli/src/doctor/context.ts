import type { Environment } from '@outdial/runtime';
import type { SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import { createLiveKitClients, type LiveKitFault, livekitFaultOf } from '../livekit.ts';
import { type LiveKitAccess, readLiveKitAccess } from '../livekit-access.ts';
import { askHttp, type HttpAnswer } from './probes/http.ts';
import { type Settings, settingsOf } from './settings.ts';

/** What the outbound trunks are, or why they cannot be listed. */
export type Trunks =
  | { readonly status: 'listed'; readonly trunks: readonly SIPOutboundTrunkInfo[]; readonly rooms: number }
  | { readonly status: 'fault'; readonly fault: LiveKitFault }
  /** Without its address and key LiveKit is not asked. */
  | { readonly status: 'not_set' };

/** What every check works with. What two of them ask for is asked once. */
export type DoctorContext = {
  readonly env: Environment;
  readonly settings: Settings;
  /** For one step on the network. */
  readonly timeoutMs: number;
  readonly ca: string | undefined;
  /** Path of a livekit-sip program, or `null`. */
  readonly livekitSip: string | null;
  readonly livekit: LiveKitAccess | null;
  trunks(): Promise<Trunks>;
  /** The trunk that SIP_TRUNK_ID names; `null` when it is not set, cannot be asked for or is not there. */
  trunk(): Promise<SIPOutboundTrunkInfo | null>;
  /** A GET at the bridge, with the key of the command line where there is one. */
  bridge(path: string): Promise<HttpAnswer>;
  /** Any other request at the bridge. */
  bridgePost(path: string): Promise<HttpAnswer>;
};

export type ContextOptions = {
  readonly env: Environment;
  /** Where relative folders begin. */
  readonly dir: string;
  readonly timeoutMs?: number;
  readonly ca?: string;
  readonly livekitSip?: string | undefined;
};

const STEP_MS = 5_000;

const accessOf = (env: Environment): LiveKitAccess | null => {
  try {
    return readLiveKitAccess(env);
  } catch {
    return null;
  }
};

const listTrunks = async (access: LiveKitAccess | null, timeoutMs: number): Promise<Trunks> => {
  if (access === null) return { status: 'not_set' };
  const { sip, rooms } = createLiveKitClients(access, timeoutMs / 1000);
  try {
    const [trunks, listed] = await Promise.all([sip.listSipOutboundTrunk(), rooms.listRooms()]);
    return { status: 'listed', trunks, rooms: listed.length };
  } catch (error) {
    return { status: 'fault', fault: livekitFaultOf(error) };
  }
};

const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
};

/** What the checks of one run share. Nothing is asked for before a check needs it. */
export const createContext = (options: ContextOptions): DoctorContext => {
  const { env, dir, timeoutMs = STEP_MS } = options;
  const settings = settingsOf(env, dir);
  const livekit = accessOf(env);
  const trunks = once(() => listTrunks(livekit, timeoutMs));
  const headers: Record<string, string> = { accept: 'application/json' };
  if (settings.apiKey !== null) headers.authorization = `Bearer ${settings.apiKey}`;
  const answers = new Map<string, Promise<HttpAnswer>>();
  return {
    env,
    settings,
    timeoutMs,
    ca: options.ca,
    livekitSip: options.livekitSip ?? null,
    livekit,
    trunks,
    trunk: async () => {
      const found = settings.trunk.id === null ? null : await trunks();
      if (found?.status !== 'listed') return null;
      return found.trunks.find(({ sipTrunkId }) => sipTrunkId === settings.trunk.id) ?? null;
    },
    bridge: (path) => {
      const known = answers.get(path);
      const answer = known ?? askHttp(`${settings.bridge.url}${path}`, timeoutMs, { headers });
      answers.set(path, answer);
      return answer;
    },
    bridgePost: (path) =>
      askHttp(`${settings.bridge.url}${path}`, timeoutMs, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{}',
      }),
  };
};
