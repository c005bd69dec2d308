import { endpointOf } from '../../endpoint.ts';
import { probeHost } from '../../probes/host.ts';
import { type Check, fail, skipped } from '../check.ts';
import { judgeHost } from '../judge-host.ts';
import type { Settings } from '../settings.ts';

const checkOf = (
  id: string,
  name: string,
  urlOf: (settings: Settings) => string | null,
  unset: string,
): Check => ({
  id,
  run: async ({ settings, timeoutMs, ca }) => {
    const url = urlOf(settings);
    if (url === null) return skipped(unset);
    const endpoint = endpointOf(url);
    if (endpoint === null) return fail(`${name} is not a URL.`, 'Give it with https:// or http://.');
    return judgeHost(await probeHost(endpoint, { timeoutMs, ca }), name, new Date());
  },
});

/** Name, TCP and TLS of Cartesia, where its own key is set. */
export const cartesiaHostCheck = checkOf(
  'cartesia-host',
  'CARTESIA_BASE_URL',
  ({ cartesiaUrl }) => cartesiaUrl,
  'CARTESIA_API_KEY is not set: LiveKit manages the voice, or OPENAI_BASE_URL has it.',
);

/** Name, TCP and TLS of the OpenAI-compatible server, where one is set. */
export const openaiHostCheck = checkOf(
  'openai-host',
  'OPENAI_BASE_URL',
  ({ openaiUrl }) => openaiUrl,
  'Neither OPENAI_BASE_URL nor OPENAI_API_KEY is set: LiveKit manages the language model.',
);
