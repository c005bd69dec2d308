import type { Place } from './place.ts';
import { add, type Rule } from './rule.ts';
import type { FirewallSettings, Service } from './settings.ts';

/** Everything below this name is LiveKit Cloud's: signalling, regions, TURN, media hosts, its models. */
const LIVEKIT_CLOUD = 'livekit.cloud';

/** The address lists that our rules name. */
export const LISTS = {
  clients: 'outdial-clients',
  livekit: 'outdial-livekit',
  carrier: 'outdial-carrier',
  media: 'outdial-carrier-media',
} as const;

/** The list of the servers that are reached at this TCP port. */
export const serviceList = (port: number): string => `outdial-services-${port}`;

/** The ports of the services that have a list, in order. */
export const servicePorts = (services: readonly Service[]): readonly number[] =>
  [...new Set(services.map(({ port }) => port))].sort((a, b) => a - b);

/** The list that the carrier's sound comes from. */
export const mediaList = ({ carrier }: FirewallSettings): string =>
  carrier === null || carrier.media.length === 0 ? LISTS.carrier : LISTS.media;

// A name stands in both trees: RouterOS asks for A records here and for AAAA records there.
const entries = (
  settings: FirewallSettings,
  list: string,
  places: readonly Place[],
  why: string,
): readonly Rule[] =>
  places.flatMap(({ kind, text: address }) => [
    ...(kind === 'ipv6' ? [] : [add('/ip firewall address-list', { list, address }, why)]),
    ...(kind === 'ipv4' || settings.bridgeAddress6 === null
      ? []
      : [add('/ipv6 firewall address-list', { list, address }, why)]),
  ]);

const carrierLists = (settings: FirewallSettings): readonly Rule[] => {
  if (settings.carrier === null) return [];
  const { signalling, media } = settings.carrier;
  // The carrier is spoken to over IPv4 only, so its names are not looked up in the other tree.
  const only4 = { ...settings, bridgeAddress6: null };
  return [
    ...entries(only4, LISTS.carrier, signalling, 'the carrier, SIP'),
    ...entries(only4, LISTS.media, media, 'the carrier, sound'),
  ];
};

/** Address lists, and the DNS entry that fills the one which needs a wildcard. */
export const listRules = (settings: FirewallSettings): readonly Rule[] => [
  ...entries(settings, LISTS.clients, settings.clients, 'may reach the bridge from the internet'),
  ...carrierLists(settings),
  ...servicePorts(settings.services).flatMap((port) =>
    entries(
      settings,
      serviceList(port),
      settings.services.filter((service) => service.port === port).map(({ place }) => place),
      `a server that bridge or agent speaks to, port ${port}`,
    ),
  ),
  ...(settings.profile === 'cloud'
    ? [
        add(
          '/ip dns static',
          { name: LIVEKIT_CLOUD, type: 'FWD', 'match-subdomain': 'yes', 'address-list': LISTS.livekit },
          'answers for *.livekit.cloud fill the list',
        ),
      ]
    : []),
];
