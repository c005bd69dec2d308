import { LISTS, mediaList, serviceList, servicePorts } from './lists.ts';
import type { PropertiesOf } from './menus.ts';
import { add, addFirst, type Rule } from './rule.ts';
import type { FirewallSettings } from './settings.ts';

const CHAIN = 'outdial';
const V4 = '/ip firewall filter';
const V6 = '/ipv6 firewall filter';

type Filter = typeof V4 | typeof V6;
type Both = PropertiesOf<Filter>;
/** One line of our chain, in one of the two trees. */
type Line = (properties: Both, why: string) => Rule;

/** What stands in one tree: how its lines are written and what it is about. */
type Tree = {
  readonly settings: FirewallSettings;
  readonly line: Line;
  /** A line for what comes in from the internet; in IPv4 only for what a dst-nat of ours let in. */
  readonly inbound: Line;
  readonly from: Both;
  /** Whether clients of this family may come in; the carrier comes over IPv4 only. */
  readonly clients: boolean;
  readonly carrier: FirewallSettings['carrier'];
};

// FastTrack skips filter, mangle and queues, so that sound would lose its DSCP mark and its place in queues.
const media = ({ line }: Tree): readonly Rule[] => [
  line(
    { action: 'accept', protocol: 'udp', 'connection-state': 'established,related' },
    'sound stays out of FastTrack',
  ),
];

const clients = ({ settings, inbound, clients: come }: Tree): readonly Rule[] => {
  if (!come) return [];
  const door = { protocol: 'tcp', 'dst-port': String(settings.proxyPort) } as const;
  return [
    inbound(
      // More new connections than any workflow opens: the rest is dropped below.
      { action: 'accept', ...door, 'src-address-list': LISTS.clients, limit: '50/1s,200:packet' },
      'listed clients may reach the bridge',
    ),
    ...closed(inbound, door, 'the bridge'),
  ];
};

const carrier = ({ settings, inbound, carrier: named }: Tree): readonly Rule[] => {
  if (named === null) return [];
  const sip = { protocol: named.protocol, 'dst-port': String(named.sipPort) } as const;
  const sound = { protocol: 'udp', 'dst-port': named.rtpPorts } as const;
  return [
    inbound({ action: 'accept', ...sip, 'src-address-list': LISTS.carrier }, 'SIP from the carrier'),
    inbound(
      { action: 'accept', ...sound, 'src-address-list': mediaList(settings) },
      'sound from the carrier',
    ),
    ...closed(inbound, sip, 'SIP'),
    ...closed(inbound, sound, 'sound'),
  ];
};

const closed = (inbound: Line, door: Both, what: string): readonly Rule[] => [
  inbound(
    { action: 'log', ...door, limit: '10/1m,5:packet', 'log-prefix': 'outdial drop in' },
    `tell who else knocks: ${what}`,
  ),
  inbound({ action: 'drop', ...door }, `nobody else: ${what}`),
];

const egress = ({ settings, line, from, carrier: named }: Tree): readonly Rule[] => {
  const out = (properties: Both, why: string) =>
    line(
      {
        action: 'accept',
        'connection-state': 'new',
        ...from,
        'out-interface-list': settings.wanList,
        ...properties,
      },
      why,
    );
  const cloud =
    settings.profile === 'cloud'
      ? [
          out(
            { protocol: 'tcp', 'dst-port': '443', 'dst-address-list': LISTS.livekit },
            'out: LiveKit, signalling and TURN over TLS',
          ),
          out(
            { protocol: 'udp', 'dst-port': '3478', 'dst-address-list': LISTS.livekit },
            'out: LiveKit, STUN and TURN',
          ),
          out({ protocol: 'udp', 'dst-port': '50000-60000' }, 'out: LiveKit, sound'),
          out({ protocol: 'tcp', 'dst-port': '7881' }, 'out: LiveKit, sound where UDP is blocked'),
        ]
      : [];
  const sip =
    named === null
      ? []
      : [
          out(
            { protocol: named.protocol, 'dst-port': String(named.port), 'dst-address-list': LISTS.carrier },
            'out: SIP to the carrier',
          ),
          out(
            { protocol: 'udp', 'src-port': named.rtpPorts, 'dst-address-list': mediaList(settings) },
            'out: sound to the carrier',
          ),
        ];
  const services = servicePorts(settings.services).map((port) =>
    out(
      { protocol: 'tcp', 'dst-port': String(port), 'dst-address-list': serviceList(port) },
      `out: named servers, port ${port}`,
    ),
  );
  const needs = [
    out({ protocol: 'udp', 'dst-port': '53,123' }, 'out: DNS and time'),
    out({ protocol: 'tcp', 'dst-port': '53' }, 'out: DNS, long answers'),
  ];
  const rest = settings.restrictEgress
    ? [
        out(
          { action: 'log', limit: '10/1m,5:packet', 'log-prefix': 'outdial drop out' },
          'tell what else would go out',
        ),
        out({ action: 'drop' }, 'nothing else goes out'),
      ]
    : [];
  return [...cloud, ...sip, ...services, ...needs, ...rest];
};

const rulesOf = (tree: Tree): readonly Rule[] => [
  ...media(tree),
  ...clients(tree),
  ...carrier(tree),
  ...egress(tree),
];

const OWN = { chain: CHAIN } as const;
const JUMP = { chain: 'forward', action: 'jump', 'jump-target': CHAIN } as const;

const jumpsTo = (menu: Filter, host: string): readonly Rule[] => [
  addFirst(menu, { ...JUMP, 'dst-address': host }, 'what goes to the host'),
  addFirst(menu, { ...JUMP, 'src-address': host }, 'what comes from the host'),
];

const tree4 = (settings: FirewallSettings): readonly Rule[] => {
  const { bridgeAddress: host, wanList } = settings;
  const natted = {
    'connection-state': 'new',
    'connection-nat-state': 'dstnat',
    'in-interface-list': wanList,
  } as const;
  return [
    ...rulesOf({
      settings,
      line: (properties, why) => add(V4, { ...OWN, ...properties }, why),
      inbound: (properties, why) => add(V4, { ...OWN, ...natted, 'dst-address': host, ...properties }, why),
      from: { 'src-address': host },
      clients: settings.clients.some(({ kind }) => kind !== 'ipv6'),
      carrier: settings.carrier,
    }),
    ...jumpsTo(V4, host),
  ];
};

const tree6 = (settings: FirewallSettings): readonly Rule[] => {
  const { bridgeAddress6: host, wanList } = settings;
  if (host === null) return [];
  const fromWan = { 'connection-state': 'new', 'in-interface-list': wanList } as const;
  return [
    ...rulesOf({
      settings,
      line: (properties, why) => add(V6, { ...OWN, ...properties }, why),
      inbound: (properties, why) => add(V6, { ...OWN, ...fromWan, 'dst-address': host, ...properties }, why),
      from: { 'src-address': host },
      clients: settings.clients.some(({ kind }) => kind !== 'ipv4'),
      carrier: null,
    }),
    ...jumpsTo(V6, host),
  ];
};

/** Our chain in both trees, and the two jumps into it, which stand before what the office's own rules decide. */
export const filterRules = (settings: FirewallSettings): readonly Rule[] => [
  ...tree4(settings),
  ...tree6(settings),
];
