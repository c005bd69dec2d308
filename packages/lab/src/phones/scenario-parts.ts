// Pieces of SIPp scenarios. An INVITE through the carrier has two Via headers, so whatever is answered after a
// CANCEL must repeat those of the INVITE, not those of the CANCEL.

const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char);

/** In a scenario: the A-law file of what the phone says (`phones.add`'s `words`). */
export const PHONE_AUDIO = '[phone_audio]';

export const scenario = (name: string, steps: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${escapeXml(name)}">\n${steps.join('\n')}\n</scenario>\n`;

export const send = (lines: readonly string[], attributes = ''): string =>
  `<send${attributes}><![CDATA[\n\n${lines.join('\n')}\n\n]]></send>`;

export const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`;

/** Sends again until something comes back, as UDP demands. */
export const REPEATED = ' retrans="500"';

/** The phone's tag in the dialog. */
export const TAG = 'tag=[pid]phone[call_number]';

export const EMPTY = ['Content-Length: 0'] as const;

const answer = (statusLine: string, to: string, extra: readonly string[]): string[] => [
  `SIP/2.0 ${statusLine}`,
  '[last_Via:]',
  '[last_Record-Route:]',
  '[last_From:]',
  to,
  '[last_Call-ID:]',
  '[last_CSeq:]',
  'Contact: <sip:[local_ip]:[local_port]>',
  ...extra,
];

/** An answer to the INVITE that opens the call, or to a CANCEL. */
export const reply = (statusLine: string, extra: readonly string[] = EMPTY): string[] =>
  answer(statusLine, `[last_To:];${TAG}`, extra);

/** An answer to a request inside the dialog. */
export const replyInDialog = (statusLine: string): string[] => answer(statusLine, '[last_To:]', EMPTY);

/** `inactive` and `sendonly` are what a carrier puts on hold with. */
export type Direction = 'sendrecv' | 'sendonly' | 'inactive';

/** An SDP body with one codec and SIPp's own port unless told otherwise; PCMA unless told otherwise, G729 is one that livekit-sip does not have. */
export const sdp = (
  options: { codec?: 'PCMA' | 'G729'; direction?: Direction; port?: number } = {},
): string[] => {
  const { codec = 'PCMA', direction = 'sendrecv', port = '[rtpstream_audio_port]' } = options;
  const type = codec === 'PCMA' ? 8 : 18;
  return [
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    'v=0',
    'o=phone 1 1 IN IP4 [local_ip]',
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    `m=audio ${port} RTP/AVP ${type}`,
    `a=rtpmap:${type} ${codec}/8000`,
    `a=${direction}`,
  ];
};

export const RINGING = send(reply('180 Ringing'));

/** Takes the INVITE and keeps what an answer to it needs after a CANCEL. */
export const TAKE_INVITE_FOR_LATER = [
  '<recv request="INVITE" rrs="true"><action>',
  '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="1" assign_to="via"/>',
  '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" assign_to="via2"/>',
  '<ereg regexp=".*" search_in="hdr" header="Record-Route:" assign_to="route"/>',
  '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
  '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>',
  '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>',
  '</action></recv>',
  '<Reference variables="route,local,remote"/>',
].join('\n');

/** An answer to the INVITE of `TAKE_INVITE_FOR_LATER`, whatever came meanwhile. */
export const lateReply = (statusLine: string, extra: readonly string[] = EMPTY): string[] => [
  `SIP/2.0 ${statusLine}`,
  'Via:[$via]',
  'Via:[$via2]',
  'Record-Route:[$route]',
  '[last_From:]',
  `[last_To:];${TAG}`,
  '[last_Call-ID:]',
  'CSeq: [$cseq] INVITE',
  'Contact: <sip:[local_ip]:[local_port]>',
  ...extra,
];

/** Takes the ACK of an answer and keeps the two sides of the dialog for `request`. */
export const TAKE_ACK = [
  '<recv request="ACK"><action>',
  '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>',
  '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>',
  '</action></recv>',
  // SIPp refuses a scenario that keeps what it never uses.
  '<Reference variables="local,remote"/>',
].join('\n');

/** A request of the phone inside the dialog, after `TAKE_ACK`. */
export const request = (method: string, cseq: number, extra: readonly string[] = EMPTY): string[] => [
  `${method} [next_url] SIP/2.0`,
  'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]',
  'Max-Forwards: 70',
  '[routes]',
  'From:[$local]',
  'To:[$remote]',
  '[last_Call-ID:]',
  `CSeq: ${cseq} ${method}`,
  'Contact: <sip:[local_ip]:[local_port]>',
  ...extra,
];

/** Asks something inside the dialog and demands this answer. */
export const ask = (method: string, cseq: number, status: number, extra: readonly string[] = EMPTY): string =>
  `${send(request(method, cseq, extra), REPEATED)}\n<recv response="${status}"/>`;

/** Offers the media anew inside the dialog (re-INVITE), demands 200 and acknowledges it. */
export const offerAnew = (cseq: number, direction: Direction): string =>
  [
    send(request('INVITE', cseq, sdp({ direction })), REPEATED),
    '<recv response="100" optional="true"/>',
    '<recv response="200"/>',
    send(request('ACK', cseq)),
  ].join('\n');

/** BYE, which the other side has to take. */
export const hangUp = (cseq: number): string => ask('BYE', cseq, 200);

export const PLAY = `<nop><action><exec rtp_stream="${PHONE_AUDIO},1,8"/></action></nop>`;
export const FALL_SILENT = '<nop><action><exec rtp_stream="pause"/></action></nop>';
