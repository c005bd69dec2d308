import { LISTS, mediaList } from './lists.ts';
import type { PropertiesOf } from './menus.ts';
import { add, type Rule } from './rule.ts';
import type { FirewallSettings } from './settings.ts';

const V4 = '/ip firewall mangle';
const V6 = '/ipv6 firewall mangle';

// RFC 4594: telephony is expedited forwarding (46), its signalling class selector 5 (40).
const SOUND = '46';
const SIGNALLING = '40';

const marked = (settings: FirewallSettings, dscp: string) =>
  ({
    chain: 'postrouting',
    action: 'change-dscp',
    'new-dscp': dscp,
    passthrough: 'yes',
    'out-interface-list': settings.wanList,
  }) as const;

const sound = (settings: FirewallSettings): PropertiesOf<typeof V4 | typeof V6> =>
  settings.carrier === null
    ? { protocol: 'udp', 'dst-port': '3478,50000-60000' }
    : { protocol: 'udp', 'src-port': settings.carrier.rtpPorts, 'dst-address-list': mediaList(settings) };

/** DSCP marks on what leaves the host: neither LiveKit's SDK nor livekit-sip sets any. */
export const mangleRules = (settings: FirewallSettings): readonly Rule[] => {
  const { bridgeAddress, bridgeAddress6, carrier } = settings;
  return [
    add(
      V4,
      { ...marked(settings, SOUND), 'src-address': bridgeAddress, ...sound(settings) },
      'mark sound (EF)',
    ),
    ...(carrier === null
      ? []
      : [
          add(
            V4,
            {
              ...marked(settings, SIGNALLING),
              'src-address': bridgeAddress,
              protocol: carrier.protocol,
              'dst-port': String(carrier.port),
              'dst-address-list': LISTS.carrier,
            },
            'mark SIP (CS5)',
          ),
        ]),
    ...(bridgeAddress6 === null || carrier !== null
      ? []
      : [
          add(
            V6,
            { ...marked(settings, SOUND), 'src-address': bridgeAddress6, ...sound(settings) },
            'mark sound (EF)',
          ),
        ]),
  ];
};
