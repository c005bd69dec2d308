/** A SIP message, read no further than call records need. */
export type SipMessage = {
  /** `null` in a reply. */
  method: string | null;
  requestUri: string | null;
  /** `null` in a request. */
  status: number | null;
  reason: string | null;
  /** Every header with each occurrence in order; a name keeps the spelling of its first occurrence. */
  headers: Record<string, string[]>;
  body: string;
};

/** Parses a SIP message (RFC 3261 section 7): folded lines are joined, a broken header line is left out. */
export const parseSipMessage = (text: string): SipMessage => {
  const split = text.search(/\r?\n\r?\n/);
  const head = (split < 0 ? text : text.slice(0, split)).replace(/\r?\n[ \t]+/g, ' ');
  const body = split < 0 ? '' : text.slice(split).replace(/^\r?\n\r?\n/, '');
  const [startLine = '', ...lines] = head.split(/\r?\n/);
  const headers: Record<string, string[]> = {};
  const spelling = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim();
    const key = spelling.get(name.toLowerCase()) ?? name;
    spelling.set(name.toLowerCase(), key);
    headers[key] = [...(headers[key] ?? []), line.slice(colon + 1).trim()];
  }
  const reply = /^SIP\/2\.0 (\d{3})(?: (.*))?$/.exec(startLine);
  const [method = '', requestUri = ''] = startLine.split(' ');
  return reply === null
    ? { method, requestUri, status: null, reason: null, headers, body }
    : { method: null, requestUri: null, status: Number(reply[1]), reason: reply[2] ?? '', headers, body };
};

/** The first value of a header, whatever its spelling; `''` when it is absent. */
export const headerOf = (message: SipMessage, name: string): string => {
  const key = Object.keys(message.headers).find(
    (candidate) => candidate.toLowerCase() === name.toLowerCase(),
  );
  return (key === undefined ? undefined : message.headers[key]?.[0]) ?? '';
};

/** CSeq as number and method; the method of a reply stands nowhere else. */
export const cseqOf = (message: SipMessage): { number: number; method: string } => {
  const [number = '0', method = ''] = headerOf(message, 'CSeq').split(/\s+/);
  return { number: Number(number), method };
};

export type NameAddress = {
  display: string | null;
  uri: string;
  user: string;
  host: string;
  tag: string | null;
};

/** Takes `"Ann \"A\"" <sip:61…@host:port>;tag=x` apart. A `tel:` URI has the number as user and no host. */
export const parseNameAddress = (value: string): NameAddress => {
  const bracket = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>(.*)$/.exec(value);
  const uri = (bracket?.[3] ?? value.split(';')[0] ?? '').trim();
  const rest = bracket?.[4] ?? value.slice(value.indexOf(';'));
  const quoted = bracket?.[1]?.replace(/\\(.)/g, '$1');
  const display = quoted ?? bracket?.[2]?.trim() ?? '';
  const [address = ''] = uri.replace(/^[a-z]+:/i, '').split(/[;?]/);
  const at = address.lastIndexOf('@');
  const isTel = /^tel:/i.test(uri);
  return {
    display: display === '' ? null : display,
    uri,
    user: at >= 0 ? address.slice(0, at) : isTel ? address : '',
    host: at >= 0 ? address.slice(at + 1) : isTel ? '' : address,
    tag: /;\s*tag=([^;\s]+)/i.exec(rest)?.[1] ?? null,
  };
};
