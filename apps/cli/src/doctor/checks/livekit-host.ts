import { endpointOf } from '../../endpoint.ts';
import { probeHost } from '../../probes/host.ts';
import { type Check, fail, skipped } from '../check.ts';
import { judgeHost } from '../judge-host.ts';

/** Name, TCP and TLS of LIVEKIT_URL. */
export const livekitHostCheck: Check = {
  id: 'livekit-host',
  run: async ({ settings, timeoutMs, ca }) => {
    if (settings.livekitUrl === null) return skipped('LIVEKIT_URL is not set.');
    const endpoint = endpointOf(settings.livekitUrl);
    if (endpoint === null)
      return fail('LIVEKIT_URL is not a URL.', 'Give it as wss://<project>.livekit.cloud or ws://host:7880.');
    return judgeHost(await probeHost(endpoint, { timeoutMs, ca }), 'LIVEKIT_URL', new Date());
  },
};
