// SIPp scenarios of phones that a person would not call a conversation. An INVITE through the carrier has two Via
// headers, so whatever is answered after a CANCEL must repeat those of the INVITE, not those of the CANCEL.

const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char);

const scenario = (name: string, steps: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${escapeXml(name)}">\n${steps.join('\n')}\n</scenario>\n`;

const send = (lines: readonly string[], attributes = ''): string =>
  `<send${attributes}><![CDATA[\n\n${lines.join('\n')}\n\n]]></send>`;

const reply = (statusLine: string, extra: readonly string[] = ['Content-Length: 0']): string[] => [
  `SIP/2.0 ${statusLine}`,
  '[last_Via:]',
  '[last_Record-Route:]',
  '[last_From:]',
  '[last_To:];tag=[pid]phone[call_number]',
  '[last_Call-ID:]',
  '[last_CSeq:]',
  'Contact: <sip:[local_ip]:[local_port]>',
  ...extra,
];

const SDP = [
  'Content-Type: application/sdp',
  'Content-Length: [len]',
  '',
  'v=0',
  'o=phone 1 1 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  'a=sendrecv',
];

const ringing = send(reply('180 Ringing'));
const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`;

/** Refuses each call: `refuse(486, 'Busy Here')`; rings before when `ringMs` is given. */
export const refuse = (status: number, phrase: string, options: { ringMs?: number } = {}): string =>
  scenario(`${status}`, [
    '<recv request="INVITE"/>',
    ...(options.ringMs === undefined ? [] : [ringing, pause(options.ringMs)]),
    send(reply(`${status} ${phrase}`)),
    '<recv request="ACK"/>',
  ]);

/** Rings until the caller gives up; then answers the CANCEL with 200 and the INVITE with 487. */
export const ringForEver = (): string =>
  scenario('rings for ever', [
    '<recv request="INVITE"><action>',
    '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="1" assign_to="via"/>',
    '<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" assign_to="via2"/>',
    '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
    '</action></recv>',
    ringing,
    '<recv request="CANCEL"/>',
    send(reply('200 OK')),
    send([
      'SIP/2.0 487 Request Terminated',
      'Via:[$via]',
      'Via:[$via2]',
      '[last_From:]',
      '[last_To:];tag=[pid]phone[call_number]',
      '[last_Call-ID:]',
      'CSeq: [$cseq] INVITE',
      'Content-Length: 0',
    ]),
    '<recv request="ACK"/>',
  ]);

/** Rings, answers, stays silent without any RTP for `talkMs` (below 30 s, else LiveKit ends the call), hangs up. */
export const answerThenHangUp = (options: { ringMs: number; talkMs: number }): string =>
  scenario('answers, then hangs up', [
    '<recv request="INVITE" rrs="true"/>',
    ringing,
    pause(options.ringMs),
    send(reply('200 OK', SDP), ' retrans="500"'),
    '<recv request="ACK"><action>',
    '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>',
    '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>',
    '</action></recv>',
    pause(options.talkMs),
    send(
      [
        'BYE [next_url] SIP/2.0',
        'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]',
        'Max-Forwards: 70',
        '[routes]',
        'From:[$local]',
        'To:[$remote]',
        '[last_Call-ID:]',
        'CSeq: 1 BYE',
        'Content-Length: 0',
      ],
      ' retrans="500"',
    ),
    '<recv response="200"/>',
  ]);
