import { ConfigError, type Environment, sharedEnvironment } from '@outdial/runtime';

/** How LiveKit's API is reached. */
export type LiveKitAccess = { readonly url: string; readonly apiKey: string; readonly apiSecret: string };

const NAMES = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'] as const;

/**
 * Reads LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.
 *
 * @throws ConfigError with one line per wrong or missing name.
 */
export const readLiveKitAccess = (env: Environment): LiveKitAccess => {
  const problems = NAMES.flatMap((name) => {
    if (env[name] === undefined) return [`${name} is not set. ${sharedEnvironment[name].description ?? ''}`];
    const parsed = sharedEnvironment[name].safeParse(env[name]);
    return (parsed.error?.issues ?? []).map(({ message }) => `${name}: ${message}`);
  });
  if (problems.length > 0) throw new ConfigError(problems);
  const { LIVEKIT_URL: url = '', LIVEKIT_API_KEY: apiKey = '', LIVEKIT_API_SECRET: apiSecret = '' } = env;
  return { url, apiKey, apiSecret };
};

/** Whether LIVEKIT_URL is a project of LiveKit Cloud, not a server of one's own. */
export const isLiveKitCloud = (url: string): boolean =>
  URL.canParse(url) && new URL(url).hostname.endsWith('.livekit.cloud');
