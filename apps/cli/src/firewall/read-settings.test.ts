import { describe, expect, test } from 'vitest';
import { CLOUD, OFFICE, options } from '../../test/firewall/examples.ts';
import type { FirewallOptions } from './options.ts';
import { readFirewallSettings } from './read-settings.ts';

type Env = Readonly<Record<string, string>>;

const problemOf = (env: Env, given: Partial<FirewallOptions>): string => {
  try {
    readFirewallSettings(env, options(given));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const servers = (env: Env): readonly string[] =>
  readFirewallSettings(env, options()).services.map(({ place, port }) => `${place.text} ${port}`);

describe('the servers that the host speaks to', () => {
  test('are LiveKit’s when nothing else is set', () => {
    expect(servers(CLOUD)).toEqual(['my-project.livekit.cloud 443', 'agent-gateway.livekit.cloud 443']);
  });

  test('come from every name of the environment that holds one', () => {
    const env = {
      ...CLOUD,
      CARTESIA_API_KEY: 'k',
      OPENAI_API_KEY: 'k',
      TTS_FALLBACK: 'openai/kokoro:af_sky@https://voice.example.com:8443/v1',
      CALLBACK_URL: 'http://n8n.example.com/webhook',
      CALLBACK_ALLOWED_HOSTS: 'hooks.example.com, 203.0.113.7, 10.0.0.0/8, n8n',
    };
    expect(servers(env).slice(1, -1)).toEqual([
      'api.cartesia.ai 443',
      'api.openai.com 443',
      'voice.example.com 8443',
      'n8n.example.com 80',
      'agent-gateway.livekit.cloud 443',
      'hooks.example.com 443',
    ]);
  });

  test('are not the vendors’ where another address is set, nor what stays in the office', () => {
    const env = {
      ...CLOUD,
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: 'http://ollama:11434/v1',
      CARTESIA_API_KEY: 'k',
      CARTESIA_BASE_URL: 'http://192.168.88.20:8000',
      CALLBACK_URL: 'http://n8n.lan:5678/webhook',
    };
    expect(servers(env)).toEqual(['my-project.livekit.cloud 443', 'agent-gateway.livekit.cloud 443']);
  });
});

test('BRIDGE_HOST is the host’s address when it is one of the office', () => {
  const env = { ...CLOUD, BRIDGE_HOST: '192.168.88.11' };
  expect(readFirewallSettings(env, options({ bridgeAddress: undefined })).bridgeAddress).toBe(
    '192.168.88.11',
  );
});

test('the carrier comes from the trunk’s names', () => {
  const env = { ...OFFICE, SIP_TRUNK_HOST: 'sip.carrier.example:5070', SIP_TRUNK_TRANSPORT: 'TLS' };
  expect(
    readFirewallSettings(env, options({ profile: 'selfhost', carrier: ['198.51.100.9'] })).carrier,
  ).toEqual({
    protocol: 'tcp',
    signalling: [
      { kind: 'name', text: 'sip.carrier.example' },
      { kind: 'ipv4', text: '198.51.100.9' },
    ],
    media: [],
    port: 5070,
    sipPort: 5061,
    rtpPorts: '10000-20000',
  });
});

test.each<[string, Env, Partial<FirewallOptions>, string]>([
  ['no LIVEKIT_URL', {}, {}, 'LIVEKIT_URL is not set'],
  ['the other profile', OFFICE, {}, 'take --profile selfhost'],
  ['the other profile', CLOUD, { profile: 'selfhost' }, 'take --profile cloud'],
  [
    'a host that only looks like LiveKit',
    { LIVEKIT_URL: 'wss://livekit.cloud.evil.example' },
    {},
    'selfhost',
  ],
  [
    'no address of the host',
    { ...CLOUD, BRIDGE_HOST: '0.0.0.0' },
    { bridgeAddress: undefined },
    '--bridge-address is missing',
  ],
  ['a loopback address', CLOUD, { bridgeAddress: '127.0.0.1' }, 'must be the private IPv4 address'],
  ['a public address', CLOUD, { bridgeAddress: '203.0.113.5' }, 'must be the private IPv4 address'],
  ['a network', CLOUD, { bridgeAddress: '192.168.88.0/24' }, 'must be the private IPv4 address'],
  ['a private IPv6 address', CLOUD, { bridgeAddress6: 'fe80::1' }, 'must be the public IPv6 address'],
  ['everybody', CLOUD, { allowFrom: ['0.0.0.0/0'] }, 'nearly the whole internet'],
  [
    'everybody in two halves',
    CLOUD,
    { allowFrom: ['0.0.0.0/1', '128.0.0.0/1'] },
    'nearly the whole internet',
  ],
  ['a client in the office', CLOUD, { allowFrom: ['192.168.88.20'] }, 'reaches the host without a rule'],
  ['a client over IPv6', CLOUD, { allowFrom: ['2001:db8::5'] }, 'give --bridge-address6'],
  ['a hostile name', CLOUD, { allowFrom: ['a.example"; /user add name=x'] }, 'must be an address'],
  ['the bridge without TLS', CLOUD, { allowFrom: ['203.0.113.5'], proxyPort: 8080 }, 'HTTP without TLS'],
  [
    'the bridge without TLS, elsewhere',
    { ...CLOUD, BRIDGE_PORT: '443' },
    { allowFrom: ['203.0.113.5'] },
    'HTTP without TLS',
  ],
  ['no port', CLOUD, { publicPort: 70_000 }, '--public-port 70000'],
  ['a list’s name with a line break', CLOUD, { wanList: 'WAN\n/quit' }, 'not the name of an interface list'],
  ['a hairpin to nothing', CLOUD, { hairpin: '192.168.88.0/24' }, 'without --allow-from there is none'],
  [
    'a hairpin of one',
    CLOUD,
    { allowFrom: ['203.0.113.5'], hairpin: '192.168.88.5' },
    'must be the office network',
  ],
  ['a carrier in the cloud', CLOUD, { carrier: ['198.51.100.1'] }, '--carrier is for --profile selfhost'],
  ['RTP in the cloud', CLOUD, { rtpPorts: '1-2' }, '--rtp-ports is for --profile selfhost'],
  ['no carrier', OFFICE, { profile: 'selfhost' }, '--carrier is missing'],
  ['a carrier over IPv6', OFFICE, { profile: 'selfhost', carrier: ['2001:db8::9'] }, 'go over IPv4'],
  [
    'a carrier behind a tunnel',
    { ...OFFICE, SIP_TRUNK_HOST: '10.9.0.1' },
    { profile: 'selfhost' },
    'SIP_TRUNK_HOST 10.9.0.1',
  ],
  [
    'a hostile trunk',
    { ...OFFICE, SIP_TRUNK_HOST: 'x.example$y' },
    { profile: 'selfhost' },
    'SIP_TRUNK_HOST "x.example$y"',
  ],
  [
    'an odd transport',
    { ...OFFICE, SIP_TRUNK_HOST: 's.example.com', SIP_TRUNK_TRANSPORT: 'ws' },
    { profile: 'selfhost' },
    'SIP_TRUNK_TRANSPORT',
  ],
  [
    'RTP backwards',
    OFFICE,
    { profile: 'selfhost', carrier: ['198.51.100.1'], rtpPorts: '2000-1000' },
    '--rtp-ports 2000-1000',
  ],
  ['a hostile vendor', { ...CLOUD, OPENAI_BASE_URL: 'https://a"b.example/v1' }, {}, 'OPENAI_BASE_URL'],
  [
    'a vendor that is no URL',
    { ...CLOUD, CALLBACK_URL: 'n8n.example.com' },
    {},
    'CALLBACK_URL: It must be a URL',
  ],
])('%s is refused', (_name, env, given, message) => {
  expect(problemOf(env, given)).toContain(message);
});

test('every problem is told at once', () => {
  const problem = problemOf({}, { bridgeAddress: 'x', allowFrom: ['y'], hairpin: 'z', publicPort: 0 });
  expect(problem.split('\n')).toHaveLength(6);
});
