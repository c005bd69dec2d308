/** A host name or IPv4 address with an optional port, in lower case; `text` is `host` or `host:port`. */
export type SipHost =
  | { status: 'ok'; host: string; port: number | null; text: string }
  | { status: 'invalid'; reason: string };

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const OCTET = /^(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/;

const invalid = (reason: string): SipHost => ({ status: 'invalid', reason });

const isHost = (host: string): boolean => {
  if (host.length > 253) return false;
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  // A host that ends in a number is an IPv4 address to most resolvers, in whatever notation (0x7f…, 2130706433).
  if (/^(\d+|0x[0-9a-f]*)$/.test(last))
    return labels.length === 4 && labels.every((label) => OCTET.test(label));
  return labels.every((label) => LABEL.test(label));
};

/**
 * Reads `host` or `host:port`, already in lower case. IPv6 addresses are refused: LiveKit's SIP service
 * dials IPv4, so a name or an IPv4 address always exists. Never throws.
 */
export const parseHostPort = (text: string): SipHost => {
  if (text.startsWith('[') || text.split(':').length > 2) {
    return invalid('An IPv6 address cannot be used; give a host name or an IPv4 address.');
  }
  const [host = '', portText] = text.split(':');
  if (!isHost(host)) return invalid('The host is not a host name or an IPv4 address.');
  if (portText === undefined) return { status: 'ok', host, port: null, text: host };
  if (!/^[1-9]\d{0,4}$/.test(portText) || Number(portText) > 65_535) {
    return invalid('The port is not a number from 1 to 65535.');
  }
  return { status: 'ok', host, port: Number(portText), text: `${host}:${portText}` };
};
