import ipaddr from 'ipaddr.js';

/** A network on the wire: an address, a range in CIDR form, or a name that the router resolves. */
export type Place = { readonly kind: 'ipv4' | 'ipv6' | 'name'; readonly text: string };

const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
// The last label begins with a letter: 300.1.2.3 is a mistyped address, not a name.
const NAME = new RegExp(`^(${LABEL}\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`);
const LOCAL_NAME = /(^|\.)(localhost|local|lan|internal|home\.arpa)$/;

const LOCAL_RANGES = new Set<string>([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
  'multicast',
  'broadcast',
]);

type Range = ReturnType<typeof ipaddr.parseCIDR>;

const rangeOf = (text: string): Range | null => {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return ipaddr.parseCIDR(text);
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return [ipaddr.parse(text), 32];
  if (text.includes('%')) return null;
  if (ipaddr.IPv6.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  return ipaddr.IPv6.isValid(text) ? [ipaddr.parse(text), 128] : null;
};

// 203.0.113.9/24 means its network.
const network = ([address, bits]: Range): string => {
  const base =
    address.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`);
  const isOne = bits === (address.kind() === 'ipv4' ? 32 : 128);
  return isOne ? base.toString() : `${base}/${bits}`;
};

/** Reads an address, a CIDR range or a DNS name; null for everything else, such as a URL or a lone word. */
export const parsePlace = (text: string): Place | null => {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const range = rangeOf(plain);
  if (range?.[0].range() === 'ipv4Mapped') return null;
  if (range !== null) return { kind: range[0].kind(), text: network(range) };
  return plain.length <= 253 && NAME.test(plain) ? { kind: 'name', text: plain } : null;
};

/** True where traffic to it never leaves the office: private and loopback addresses, names of a LAN. */
export const isLocal = ({ kind, text }: Place): boolean => {
  if (kind === 'name') return LOCAL_NAME.test(text);
  const range = rangeOf(text)?.[0].range();
  // Documentation addresses count as public, so that examples can be rendered.
  return range !== undefined && LOCAL_RANGES.has(range);
};

/** True for a range so wide that it limits nothing: beyond /8, in IPv6 beyond /16. */
export const isTooWide = ({ kind, text }: Place): boolean => {
  const bits = text.includes('/') ? Number(text.split('/')[1]) : 128;
  return kind !== 'name' && bits < (kind === 'ipv4' ? 8 : 16);
};
