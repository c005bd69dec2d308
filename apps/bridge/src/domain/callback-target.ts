import ipaddr from 'ipaddr.js';
import { type AddressRange, isInRanges, parseRange } from './address-range.ts';

/** The private places that callbacks may go to, from `CALLBACK_ALLOWED_HOSTS`. */
export type AllowedHosts = { readonly names: readonly string[]; readonly ranges: readonly AddressRange[] };

export type ParsedHosts =
  | { readonly status: 'ok'; readonly hosts: AllowedHosts }
  | { readonly status: 'invalid'; readonly problems: readonly string[] };

/** Whether a callback may go to a URL; `reason` says what to change. */
export type UrlVerdict = { readonly status: 'ok' } | { readonly status: 'refused'; readonly reason: string };

const MOST_URL_LENGTH = 2_000;
// Where clouds tell a machine its own credentials, outside link-local: Azure's host agent at a public address,
// Alibaba in the shared address space of RFC 6598, and over IPv6 AWS, Google, Oracle, Scaleway and Linode.
const PLATFORM_ADDRESSES: readonly string[] = [
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  'fd00:a9fe:a9fe::1',
];
// What a name that is listed may lead to: networks of an office. Whoever can change that name in DNS shall not
// reach the metadata of the machine by it; such an address has to be listed itself.
const OFFICE_RANGES: readonly string[] = ['private', 'uniqueLocal', 'carrierGradeNat', 'loopback'];

// RFC 4291 section 2.4: what is outside it, such as ::7f00:1, is no public address, whatever its range is called.
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

const refused = (reason: string): UrlVerdict => ({ status: 'refused', reason });

// As in a URL: [::1] stands in brackets, and "n8n.lan." is the same name as "n8n.lan".
const bare = (host: string): string =>
  host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();

// By the URL parser, so that a name is compared in the form in which URLs carry it (punycode).
const nameOf = (entry: string): string | null => {
  if (/[\s/:@?#\\*[\]]/.test(entry)) return null;
  const host = URL.parse(`http://${entry}`)?.hostname ?? '';
  return host === '' || ipaddr.isValid(host) ? null : bare(host);
};

/** Reads `CALLBACK_ALLOWED_HOSTS`: host names, addresses and CIDR ranges, a comma between them. */
export const parseAllowedHosts = (text: string): ParsedHosts => {
  const names: string[] = [];
  const ranges: AddressRange[] = [];
  const problems: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const range = parseRange(bare(entry));
    const name = range === null ? nameOf(entry) : null;
    if (range !== null) ranges.push(range);
    else if (name !== null) names.push(name);
    else {
      problems.push(
        `"${entry}" is not a host name, an address or a CIDR range, such as n8n.lan or 10.0.0.0/8 (no scheme, port or path)`,
      );
    }
  }
  return problems.length === 0 ? { status: 'ok', hosts: { names, ranges } } : { status: 'invalid', problems };
};

const isPlatform = (address: AddressRange[0]): boolean => PLATFORM_ADDRESSES.includes(address.toString());

const isPublic = (address: AddressRange[0]): boolean =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST));

/**
 * Whether a callback to `host` may connect to `ip`, an address that `host` is or resolves to: a public
 * address always (the IANA special-purpose registries tell which are), one of an office's networks if it or
 * its host is listed, any other only if it is listed itself. False for what is no address.
 */
export const isAllowedAddress = (ip: string, host: string, allowed: AllowedHosts): boolean => {
  if (!ipaddr.isValid(ip)) return false;
  // IPv6-mapped IPv4 becomes IPv4.
  const address = ipaddr.process(ip);
  if (isInRanges(ip, allowed.ranges)) return true;
  if (isPlatform(address)) return false;
  return isPublic(address) || (OFFICE_RANGES.includes(address.range()) && allowed.names.includes(bare(host)));
};

/** Why a host may not be called, and how to allow it. */
export const notAllowed = (host: string): string =>
  `${host} has no public address, and callbacks go to a private one only if it is listed: add it to CALLBACK_ALLOWED_HOSTS. If n8n gave this URL, its WEBHOOK_URL must be set to the address at which others reach n8n.`;

// A name is judged by its addresses when it is called, except where it cannot have a public one: that
// is better said before the call than after it.
const isAllowedName = (host: string, allowed: AllowedHosts): boolean => {
  // RFC 6761 section 6.3.
  if (/(^|\.)localhost$/.test(host)) return LOOPBACK.some((ip) => isAllowedAddress(ip, host, allowed));
  // Without a dot (n8n, in a Docker network): its address may be in a range that is listed.
  return host.includes('.') || allowed.names.includes(host) || allowed.ranges.length > 0;
};

/**
 * Checks a callback URL at the door, without resolving anything. The URL parser has already turned
 * decimal, hex, octal and short forms of an address into the usual one.
 */
export const checkCallbackUrl = (url: string, allowed: AllowedHosts): UrlVerdict => {
  if (url.length > MOST_URL_LENGTH) return refused(`It is longer than ${MOST_URL_LENGTH} characters.`);
  const parsed = /\s/.test(url) ? null : URL.parse(url);
  if (parsed === null) return refused('It is not a URL, such as https://n8n.example.com/webhook/calls.');
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    return refused('It must begin with https:// or http://.');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return refused('It must not hold a user name or password; check the signature of callbacks instead.');
  }
  const host = bare(parsed.hostname);
  const isAllowed = ipaddr.isValid(host)
    ? isAllowedAddress(host, host, allowed)
    : isAllowedName(host, allowed);
  return isAllowed ? { status: 'ok' } : refused(notAllowed(host));
};

/**
 * True for the resume URL of an n8n Wait node: the first callback makes the execution go on, so only
 * the last one of a call, `call.ended`, may be sent there.
 */
export const acceptsOnlyEnded = (url: string): boolean =>
  URL.parse(url)?.pathname.includes('/webhook-waiting/') === true;
