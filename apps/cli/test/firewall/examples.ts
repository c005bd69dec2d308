import type { FirewallOptions } from '../../src/firewall/options.ts';

/** One office: its environment, what is typed, and the same as options. */
export type Example = {
  readonly env: Readonly<Record<string, string>>;
  readonly typed: readonly string[];
};

const RENDER = ['firewall', 'render', '--router', 'mikrotik'];

/** The offices of docs/mikrotik.md, whose scripts are the files in golden/. */
export const EXAMPLES = {
  cloud: {
    env: {
      LIVEKIT_URL: 'wss://my-project.livekit.cloud',
      CARTESIA_API_KEY: 'k',
      CALLBACK_URL: 'http://n8n.lan:5678/x',
    },
    typed: [...RENDER, '--profile', 'cloud', '--bridge-address', '192.168.88.10'],
  },
  'cloud-published': {
    env: {
      LIVEKIT_URL: 'wss://my-project.livekit.cloud',
      CARTESIA_API_KEY: 'k',
      CALLBACK_URL: 'https://n8n.example.com/webhook/calls',
    },
    typed: [
      ...RENDER,
      ...['--profile', 'cloud', '--bridge-address', '192.168.88.10', '--bridge-address6', '2001:db8::10'],
      ...[
        '--allow-from',
        'n8n.example.com',
        '--allow-from',
        '198.51.100.8/29',
        '--allow-from',
        '2001:db8:8::/48',
      ],
      ...['--public-port', '8443', '--hairpin', '192.168.88.0/24', '--restrict-egress'],
    ],
  },
  selfhost: {
    env: {
      LIVEKIT_URL: 'ws://192.168.88.10:7880',
      CARTESIA_API_KEY: 'k',
      SIP_TRUNK_HOST: 'sip.carrier.example',
    },
    typed: [
      ...RENDER,
      ...[
        '--profile',
        'selfhost',
        '--bridge-address',
        '192.168.88.10',
        '--carrier-media',
        '198.51.100.64/27',
      ],
      ...['--rtp-ports', '10000-10400'],
    ],
  },
} as const satisfies Record<string, Example>;

export type ExampleName = keyof typeof EXAMPLES;

/** Options as the command line gives them when nothing but `given` is typed. */
export const options = (given: Partial<FirewallOptions> = {}): FirewallOptions => ({
  profile: 'cloud',
  bridgeAddress: '192.168.88.10',
  allowFrom: [],
  publicPort: 443,
  proxyPort: 443,
  carrier: [],
  carrierMedia: [],
  wanList: 'WAN',
  lanList: 'LAN',
  ...given,
});

/** An environment with LiveKit Cloud, and one with a LiveKit in the office. */
export const CLOUD = { LIVEKIT_URL: 'wss://my-project.livekit.cloud' } as const;
export const OFFICE = { LIVEKIT_URL: 'ws://127.0.0.1:7880' } as const;
