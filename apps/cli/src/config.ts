import {
  ConfigError,
  DEFAULT_PLAYBOOKS_DIR,
  type Environment,
  optional,
  withDefault,
} from '@outdial/runtime';

const HOW_TO_GET_A_KEY =
  'It is the secret of one entry of the bridge’s BRIDGE_API_KEYS (name:secret:dispatch+read+admin); make one with: openssl rand -hex 24';

const checkKey = (key: string): string | null =>
  /^[ -~]+$/.test(key) && !/[:,]/.test(key)
    ? null
    : 'Give the secret alone, without the name and the scopes that stand beside it in BRIDGE_API_KEYS.';

const checkUrl = (text: string): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return fits ? null : 'It must be a URL without a login, such as http://127.0.0.1:8080.';
};

/** The names that only the command line reads, what each means (`description`). */
export const cliEnvironment = {
  OUTDIAL_API_KEY: optional(
    'Key of the command line: the secret of one entry of BRIDGE_API_KEYS; what changes more than one call (callbacks replay, calls purge, pause, resume, do-not-call, backup) needs its scope admin.',
    checkKey,
  ),
} as const;

// Not above: .env.example holds each name once, and the agent's section has this one.
const bridgeUrl = withDefault('http://127.0.0.1:8080', 'Where the bridge is.', checkUrl);

/** How the bridge is reached. */
export type BridgeAccess = {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string;
};

const missingKey = (env: Environment): string => {
  const file = env.OUTDIAL_API_KEY_FILE;
  return file === undefined
    ? `OUTDIAL_API_KEY is not set. ${HOW_TO_GET_A_KEY}.`
    : `OUTDIAL_API_KEY_FILE names ${file}, which cannot be read or is empty. Check the path and its permissions.`;
};

/**
 * Reads BRIDGE_URL and OUTDIAL_API_KEY.
 *
 * @throws ConfigError with one line per wrong or missing name.
 */
export const readBridgeAccess = (env: Environment): BridgeAccess => {
  const url = bridgeUrl.safeParse(env.BRIDGE_URL);
  const key = cliEnvironment.OUTDIAL_API_KEY.safeParse(env.OUTDIAL_API_KEY);
  const problems = [
    ...(url.error?.issues ?? []).map(({ message }) => `BRIDGE_URL: ${message}`),
    ...(key.error?.issues ?? []).map(({ message }) => `OUTDIAL_API_KEY: ${message}`),
    ...(key.success && !key.data ? [missingKey(env)] : []),
  ];
  if (!url.success || !key.success || !key.data) throw new ConfigError(problems);
  return { url: url.data.replace(/\/+$/, ''), apiKey: key.data };
};

/** Where playbooks are and how their numbers are read. */
export type PlaybookSettings = {
  readonly dir: string;
  readonly defaultCountry: string;
  /** A folder that somebody named must be there. */
  readonly mustExist: boolean;
};

/** Reads PLAYBOOKS_DIR and DEFAULT_COUNTRY. */
export const readPlaybookSettings = (env: Environment): PlaybookSettings => ({
  dir: env.PLAYBOOKS_DIR ?? DEFAULT_PLAYBOOKS_DIR,
  defaultCountry: env.DEFAULT_COUNTRY ?? 'AU',
  mustExist: env.PLAYBOOKS_DIR !== undefined,
});

/** How an OpenAI-compatible language model is reached. */
export type ModelAccess = {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string;
  readonly model: string;
};

/**
 * Reads OPENAI_BASE_URL, OPENAI_API_KEY and LLM_MODEL, as the agent does.
 *
 * @throws ConfigError when neither a server nor a key is set: the models that LiveKit manages answer only in calls.
 */
export const readModelAccess = (env: Environment): ModelAccess => {
  const { OPENAI_BASE_URL: url, OPENAI_API_KEY: key, LLM_MODEL: model } = env;
  if (url === undefined && key === undefined) {
    throw new ConfigError([
      'Neither OPENAI_BASE_URL nor OPENAI_API_KEY is set. Set OPENAI_BASE_URL to any OpenAI-compatible server, e.g. Ollama at http://127.0.0.1:11434/v1, or OPENAI_API_KEY for OpenAI; what LiveKit manages answers only in calls.',
    ]);
  }
  if (url !== undefined && checkUrl(url) !== null)
    throw new ConfigError([`OPENAI_BASE_URL: ${checkUrl(url)}`]);
  return {
    url: (url ?? 'https://api.openai.com/v1').replace(/\/+$/, ''),
    apiKey: key ?? 'none',
    model: model ?? 'gpt-4.1-mini',
  };
};
