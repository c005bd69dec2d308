import { resolve } from 'node:path';
import { DEFAULT_PLAYBOOKS_DIR, type Environment, entriesOf } from '@outdial/runtime';
import { isLiveKitCloud } from '../livekit-access.ts';

/**
 * What the checks need to know of the environment. It is read without a schema, so that one wrong value does not
 * keep the other checks from looking; that value itself is the matter of the environment checks.
 */
export type Settings = {
  readonly livekitUrl: string | null;
  readonly cloud: boolean;
  /** Fictitious numbers may be dialled: so it is in the lab alone. */
  readonly lab: boolean;
  readonly agentName: string;
  readonly trunk: {
    readonly id: string | null;
    readonly host: string | null;
    /** `null` where the environment does not say. */
    readonly transport: string | null;
    readonly username: string | null;
    readonly hasPassword: boolean;
    readonly fromHost: string | null;
    /** Lower case; the agent's default is Australia. */
    readonly country: string;
    readonly countryIsSet: boolean;
  };
  readonly callerId: {
    readonly number: string | null;
    readonly identity: string | null;
    readonly allowed: readonly string[];
    readonly fallback: string;
    readonly defaultCountry: string;
  };
  readonly bridge: { readonly url: string; readonly host: string; readonly port: number };
  readonly apiKey: string | null;
  readonly agentHealth: { readonly host: string; readonly port: number };
  readonly embedded: boolean;
  readonly dirs: {
    readonly data: string;
    readonly recordings: string;
    readonly spool: string;
    readonly playbooks: string;
    readonly playbooksMustExist: boolean;
  };
  readonly callbackUrl: string | null;
  readonly callbackAllowedHosts: string;
  /** Where own speech and language models are asked; `null`: LiveKit manages them. */
  readonly cartesiaUrl: string | null;
  readonly openaiUrl: string | null;
};

const portOf = (text: string | undefined, fallback: number): number =>
  /^\d{1,5}$/.test(text ?? '') ? Number(text) : fallback;

/** Reads the environment for the checks; `dir` is where relative folders begin. */
export const settingsOf = (env: Environment, dir: string): Settings => {
  const data = resolve(dir, env.DATA_DIR ?? './data');
  return {
    livekitUrl: env.LIVEKIT_URL ?? null,
    cloud: isLiveKitCloud(env.LIVEKIT_URL ?? ''),
    lab: env.ALLOW_FICTITIOUS_NUMBERS?.toLowerCase() === 'true',
    agentName: env.AGENT_NAME ?? 'nehos-outbound-agent',
    trunk: {
      id: env.SIP_TRUNK_ID ?? null,
      host: env.SIP_TRUNK_HOST ?? null,
      transport: env.SIP_TRUNK_TRANSPORT?.toLowerCase() ?? null,
      username: env.SIP_TRUNK_USERNAME ?? null,
      hasPassword: env.SIP_TRUNK_PASSWORD !== undefined,
      fromHost: env.SIP_FROM_HOST ?? null,
      country: (env.SIP_DESTINATION_COUNTRY ?? 'au').toLowerCase(),
      countryIsSet: env.SIP_DESTINATION_COUNTRY !== undefined,
    },
    callerId: {
      number: env.SIP_FROM_NUMBER ?? null,
      identity: env.SIP_FROM_IDENTITY ?? null,
      allowed: entriesOf(env.CALLER_IDS_ALLOWED ?? ''),
      fallback: env.CALLER_ID_FALLBACK?.toLowerCase() ?? 'destination',
      defaultCountry: (env.DEFAULT_COUNTRY ?? 'AU').toUpperCase(),
    },
    bridge: {
      url: (env.BRIDGE_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, ''),
      host: env.BRIDGE_HOST ?? '127.0.0.1',
      port: portOf(env.BRIDGE_PORT, 8080),
    },
    apiKey: env.OUTDIAL_API_KEY ?? null,
    agentHealth: { host: env.AGENT_HEALTH_HOST ?? '127.0.0.1', port: portOf(env.AGENT_HEALTH_PORT, 0) },
    embedded: env.DATABASE_URL === undefined,
    dirs: {
      data,
      recordings: resolve(dir, env.RECORDINGS_DIR ?? `${data}/recordings`),
      spool: resolve(dir, env.AGENT_SPOOL_DIR ?? `${data}/spool`),
      playbooks: resolve(dir, env.PLAYBOOKS_DIR ?? DEFAULT_PLAYBOOKS_DIR),
      playbooksMustExist: env.PLAYBOOKS_DIR !== undefined,
    },
    callbackUrl: env.CALLBACK_URL ?? null,
    callbackAllowedHosts: env.CALLBACK_ALLOWED_HOSTS ?? '',
    cartesiaUrl:
      env.CARTESIA_API_KEY === undefined ? null : (env.CARTESIA_BASE_URL ?? 'https://api.cartesia.ai'),
    openaiUrl: env.OPENAI_BASE_URL ?? (env.OPENAI_API_KEY === undefined ? null : 'https://api.openai.com/v1'),
  };
};
