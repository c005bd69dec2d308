import type { Environment } from '@outdial/runtime';
import { endpointOf } from '../endpoint.ts';
import { isLocal, parsePlace } from './place.ts';
import type { Service } from './settings.ts';

/** The URL of a name of the environment, and where its traffic goes when it leaves the office. */
type Source = { readonly name: string; readonly url: string };

// LiveKit-managed models, and the host through which LiveKit finds the nearest region.
const LIVEKIT_CLOUD = ['https://agent-gateway.livekit.cloud'];

const sources = (env: Environment): readonly Source[] => {
  const named = (name: string, fallback?: string): readonly Source[] => {
    const url = env[name] ?? fallback;
    return url === undefined ? [] : [{ name, url }];
  };
  // openai/tts-1:alloy@https://…
  const voice = (name: string): readonly Source[] => {
    const url = /@(https?:\/\/\S+)$/.exec(env[name] ?? '')?.[1];
    return url === undefined ? [] : [{ name, url }];
  };
  return [
    ...named('LIVEKIT_URL'),
    ...named('CARTESIA_BASE_URL', env.CARTESIA_API_KEY === undefined ? undefined : 'https://api.cartesia.ai'),
    ...named('OPENAI_BASE_URL', env.OPENAI_API_KEY === undefined ? undefined : 'https://api.openai.com'),
    ...voice('TTS_MODEL'),
    ...voice('TTS_FALLBACK'),
    ...named('CALLBACK_URL'),
  ];
};

const serviceOf = ({ name, url }: Source): { readonly service?: Service; readonly problem?: string } => {
  const endpoint = endpointOf(url);
  if (endpoint === null) return { problem: `${name}: It must be a URL.` };
  const { host, port } = endpoint;
  // A lone word, such as a service of Docker's network, is never on the internet.
  if (/^[a-z0-9-]+$/.test(host)) return {};
  const place = parsePlace(host);
  if (place === null) return { problem: `${name}: "${host}" is not a host name that a router can look up.` };
  return { service: { place, port } };
};

// Callbacks of single requests may go to these; their port is not known, so it is that of https.
const allowedHosts = (env: Environment): readonly Service[] =>
  (env.CALLBACK_ALLOWED_HOSTS ?? '').split(',').flatMap((entry) => {
    const place = parsePlace(entry);
    return place === null ? [] : [{ place, port: 443 }];
  });

/**
 * The servers on the internet that bridge and agent speak to, from the environment of both; what is in
 * the office is left out, since it does not pass the router's WAN side. `cloud`: with LiveKit's own hosts.
 */
export const readServices = (
  env: Environment,
  cloud: boolean,
): { readonly services: readonly Service[]; readonly problems: readonly string[] } => {
  const found = [
    ...sources(env),
    ...(cloud ? LIVEKIT_CLOUD.map((url) => ({ name: 'LIVEKIT_URL', url })) : []),
  ].map(serviceOf);
  const all = [...found.flatMap(({ service }) => (service ? [service] : [])), ...allowedHosts(env)];
  const byKey = new Map(
    all
      .filter(({ place }) => !isLocal(place))
      .map((service) => [`${service.place.text} ${service.port}`, service] as const),
  );
  return {
    services: [...byKey.values()],
    problems: found.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
};
