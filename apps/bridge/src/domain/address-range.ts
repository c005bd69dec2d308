import ipaddr from 'ipaddr.js';

/** An address and how many of its leading bits count (RFC 4632 section 3.1). */
export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>;

// RFC 4291 section 2.5.5.2: the IPv4 address is in the last 32 bits.
const MAPPED_BITS = 96;

// As addresses are compared: an IPv6-mapped IPv4 range is the IPv4 one.
const unmapped = ([address, bits]: AddressRange): AddressRange | null => {
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return [address, bits];
  return bits < MAPPED_BITS ? null : [address.toIPv4Address(), bits - MAPPED_BITS];
};

/**
 * Reads an address or a CIDR range, IPv4 as four decimal parts or IPv6; null for anything else. IPv6-mapped IPv4
 * becomes IPv4.
 */
export const parseRange = (text: string): AddressRange | null => {
  const range = readRange(text);
  return range === null ? null : unmapped(range);
};

/** Reads a list of them, without those that are neither. */
export const rangesOf = (texts: readonly string[]): readonly AddressRange[] =>
  texts.map(parseRange).filter((range) => range !== null);

const readRange = (text: string): AddressRange | null => {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text)) {
    return ipaddr.parseCIDR(text);
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return [ipaddr.parse(text), 32];
  return ipaddr.IPv6.isValid(text) ? [ipaddr.parse(text), 128] : null;
};

/** Whether an address lies in one of these ranges; an IPv4 address that is written as IPv6 is the IPv4 one. */
export const isInRanges = (ip: string | undefined, ranges: readonly AddressRange[]): boolean => {
  if (ip === undefined || !ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  return ranges.some((range) => address.kind() === range[0].kind() && address.match(range));
};

// One customer, and so one attacker, has a /64 at the least (RFC 6177).
const SUBNET_BITS = 64;

/**
 * What requests of one client are counted under: its IPv4 address, or the /64 that its IPv6 address is in. A
 * connection that is gone has no address any more.
 */
export const clientOf = (ip: string | undefined): string => {
  if (ip === undefined) return 'gone';
  // Without the zone of a link-local address (RFC 4007 section 11).
  const text = ip.replace(/%.*$/, '');
  if (!ipaddr.isValid(text)) return ip;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${SUBNET_BITS}`).toString();
};
