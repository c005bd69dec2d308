import ipaddr from 'ipaddr.js';
import type { Item, Router } from './router.ts';

/** A packet that reaches the router. */
export type Packet = {
  readonly protocol: 'tcp' | 'udp';
  readonly in: 'WAN' | 'LAN';
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
  readonly state?: 'new' | 'established' | 'invalid';
};

/** What becomes of it; `input`: it is for the router itself. */
export type Fate = {
  readonly verdict: 'accept' | 'drop' | 'fasttrack' | 'input';
  readonly to: string;
  readonly dscp: string | null;
};

type Seen = Packet & { readonly natted: boolean; readonly out: string };

/** The addresses that the tests' names have. */
const NAMES: Readonly<Record<string, string>> = {
  'api.cartesia.ai': '198.51.100.41',
  'agent-gateway.livekit.cloud': '198.51.100.43',
  'n8n.example.com': '198.51.100.44',
  'sip.carrier.example': '198.51.100.60',
};
/** The router's own addresses: on the internet, and in the office. */
export const ROUTER = '203.0.113.1';
const ROUTER_INSIDE = '192.168.88.1';

const inNetwork = (address: string, network: string): boolean => {
  const range = network.includes('/') ? ipaddr.parseCIDR(network) : null;
  const parsed = ipaddr.parse(address);
  if (range === null) return parsed.toString() === ipaddr.parse(network).toString();
  return parsed.kind() === range[0].kind() && parsed.match(range);
};

const inPorts = (port: number, ports: string): boolean =>
  ports.split(',').some((part) => {
    const [from = '', to = from] = part.split('-');
    return Number(from) <= port && port <= Number(to);
  });

const inList = (router: Router, tree: string, address: string, list: string): boolean =>
  router
    .items(`${tree} firewall address-list`)
    .filter((item) => item.list === list && item.disabled !== 'yes')
    .some((item) => {
      const where = item.address ?? '';
      const known = /[g-z]/.test(where) ? NAMES[where] : where;
      return known !== undefined && inNetwork(address, known);
    });

const negated = (test: (value: string) => boolean, value: string): boolean =>
  value.startsWith('!') ? !test(value.slice(1)) : test(value);

/** Whether a rule is about a packet; a matcher that is not known here is an error. */
const matches = (router: Router, tree: string, rule: Item, packet: Seen): boolean =>
  Object.entries(rule).every(([name, value]) => {
    switch (name) {
      case 'protocol':
        return packet.protocol === value;
      case 'connection-state':
        return value.split(',').includes(packet.state ?? 'new');
      case 'connection-nat-state':
        return negated(() => packet.natted, value);
      case 'in-interface-list':
        return negated((list) => list === packet.in, value);
      case 'out-interface-list':
        return negated((list) => list === packet.out, value);
      case 'src-address':
        return negated((network) => inNetwork(packet.src, network), value);
      case 'dst-address':
        return negated((network) => inNetwork(packet.dst, network), value);
      case 'dst-address-type':
        return packet.dst === ROUTER || packet.dst === ROUTER_INSIDE;
      case 'src-address-list':
        return inList(router, tree, packet.src, value);
      case 'dst-address-list':
        return inList(router, tree, packet.dst, value);
      case 'src-port':
        return inPorts(packet.srcPort, value);
      case 'dst-port':
        return inPorts(packet.dstPort, value);
      case 'ipsec-policy':
        return value.endsWith(',none');
      case 'hop-limit':
        return false;
      case 'limit':
      case 'chain':
      case 'action':
      case 'comment':
      case 'jump-target':
      case 'log-prefix':
      case 'hw-offload':
      case 'to-addresses':
      case 'to-ports':
      case 'new-dscp':
      case 'passthrough':
        return true;
      default:
        throw new Error(`no packet test for ${name}`);
    }
  });

const walk = (router: Router, tree: string, chain: string, packet: Seen): Fate['verdict'] | null => {
  for (const rule of router.items(`${tree} firewall filter`)) {
    if (rule.chain !== chain || !matches(router, tree, rule, packet)) continue;
    if (rule.action === 'accept') return 'accept';
    if (rule.action === 'drop') return 'drop';
    if (rule.action === 'fasttrack-connection') return 'fasttrack';
    const deeper = rule.action === 'jump' ? walk(router, tree, rule['jump-target'] ?? '', packet) : null;
    if (deeper !== null) return deeper;
  }
  return null;
};

const outOf = (dst: string): string =>
  inNetwork(dst, dst.includes(':') ? '2001:db8::/64' : '192.168.88.0/24') ? 'LAN' : 'WAN';

/** Sends a packet through NAT, filter and mangle, as a router with these rules would. */
export const send = (router: Router, packet: Packet): Fate => {
  const tree = packet.dst.includes(':') ? '/ipv6' : '/ip';
  const arrived: Seen = { ...packet, natted: false, out: outOf(packet.dst) };
  const nat = router
    .items(`${tree} firewall nat`)
    .find((rule) => rule.chain === 'dstnat' && matches(router, tree, rule, arrived));
  const dst = nat?.['to-addresses'] ?? packet.dst;
  const dstPort = Number(nat?.['to-ports'] ?? packet.dstPort);
  const to = `${dst} ${dstPort}`;
  if (dst === ROUTER) return { verdict: 'input', to, dscp: null };
  const seen: Seen = { ...packet, dst, dstPort, natted: nat !== undefined, out: outOf(dst) };
  const verdict = walk(router, tree, 'forward', seen) ?? 'accept';
  // FastTrack skips it.
  const mangle = router
    .items(`${tree} firewall mangle`)
    .find((rule) => verdict === 'accept' && matches(router, tree, rule, seen));
  return { verdict, to, dscp: mangle?.['new-dscp'] ?? null };
};
