import { LISTS, mediaList } from './lists.ts';
import { add, type Rule } from './rule.ts';
import type { FirewallSettings } from './settings.ts';

const NAT = '/ip firewall nat';

const hairpin = (settings: FirewallSettings, office: string): readonly Rule[] => [
  add(
    NAT,
    {
      chain: 'dstnat',
      action: 'dst-nat',
      'in-interface-list': settings.lanList,
      'src-address': office,
      // The router's own addresses in the office keep their ports.
      'dst-address': `!${office}`,
      'dst-address-type': 'local',
      protocol: 'tcp',
      'dst-port': String(settings.publicPort),
      'to-addresses': settings.bridgeAddress,
      'to-ports': String(settings.proxyPort),
    },
    'hairpin: the office uses the public name',
  ),
  add(
    NAT,
    {
      chain: 'srcnat',
      action: 'masquerade',
      'out-interface-list': settings.lanList,
      'src-address': office,
      'dst-address': settings.bridgeAddress,
      protocol: 'tcp',
      'dst-port': String(settings.proxyPort),
    },
    'hairpin: answers come back through the router',
  ),
];

/** What leads from the internet to the host: only for listed sources. IPv6 has none, it needs none. */
export const natRules = (settings: FirewallSettings): readonly Rule[] => {
  const { carrier } = settings;
  const inbound = {
    chain: 'dstnat',
    action: 'dst-nat',
    'in-interface-list': settings.wanList,
    'dst-address-type': 'local',
    'to-addresses': settings.bridgeAddress,
  } as const;
  return [
    ...(settings.clients.some(({ kind }) => kind !== 'ipv6')
      ? [
          add(
            NAT,
            {
              ...inbound,
              'src-address-list': LISTS.clients,
              protocol: 'tcp',
              'dst-port': String(settings.publicPort),
              'to-ports': String(settings.proxyPort),
            },
            'the bridge, for listed clients',
          ),
        ]
      : []),
    ...(carrier === null
      ? []
      : [
          add(
            NAT,
            {
              ...inbound,
              'src-address-list': LISTS.carrier,
              protocol: carrier.protocol,
              'dst-port': String(carrier.sipPort),
            },
            'SIP, for the carrier',
          ),
          // Without to-ports each port keeps its number: livekit-sip tells the carrier the one it listens on.
          add(
            NAT,
            {
              ...inbound,
              'src-address-list': mediaList(settings),
              protocol: 'udp',
              'dst-port': carrier.rtpPorts,
            },
            'sound, for the carrier',
          ),
        ]),
    ...(settings.hairpin === null ? [] : hairpin(settings, settings.hairpin)),
  ];
};
