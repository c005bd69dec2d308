import { createSocket, type RemoteInfo } from 'node:dgram';
import { headerOf, parseSipMessage, type SipMessage } from '@outdial/lab';
import { now } from './clock.ts';

const HOST = '127.0.0.1';
const RESEND_MS = 500;

/** A call that rings at the phone. */
export type IncomingCall = {
  readonly callId: string;
  /** Where the caller wants its sound. */
  readonly media: { readonly address: string; readonly port: number };
  /** Sends 200 OK; gives when it left. */
  answer(rtpPort: number): number;
  /** Sends BYE unless the caller hung up or cancelled. */
  hangUp(): void;
  /** Resolves when the caller hangs up or cancels, or has taken our BYE. */
  readonly ended: Promise<void>;
};

/** Where the sound of an offer goes (RFC 4566). */
export const mediaOf = (sdp: string): { address: string; port: number } => {
  const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = /^m=audio (\d+) .*\b8\b/m.exec(sdp)?.[1];
  if (address === undefined || port === undefined) throw new Error(`The offer has no PCMA:\n${sdp}`);
  return { address, port: Number(port) };
};

const copied = (message: SipMessage, names: readonly string[]): string[] =>
  names.flatMap((wanted) =>
    Object.entries(message.headers)
      .filter(([name]) => name.toLowerCase() === wanted.toLowerCase())
      .flatMap(([, values]) => values.map((value) => `${wanted}: ${value}`)),
  );

const withBody = (lines: readonly string[], body: string): string =>
  [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');

type LineCall = {
  readonly invite: SipMessage;
  /** The 200 OK, once it was sent. */
  answered: string | null;
  acknowledged: boolean;
  readonly end: () => void;
};

/**
 * The smallest phone that SIP knows (RFC 3261, user agent server over UDP): rings, answers with PCMA, hangs up. One
 * call at a time; `onCall` hears of each.
 */
export const openSipLine = async (
  port: number,
  onCall: (call: IncomingCall) => void,
): Promise<{ close(): void }> => {
  const socket = createSocket('udp4');
  const calls = new Map<string, LineCall>();
  const send = (text: string, to: RemoteInfo): void => socket.send(text, to.port, to.address);

  const reply = (
    request: SipMessage,
    status: string,
    tag: string,
    extra: string[] = [],
    body = '',
  ): string => {
    const to = headerOf(request, 'To');
    return withBody(
      [
        `SIP/2.0 ${status}`,
        ...copied(request, ['Via', 'Record-Route', 'From', 'Call-ID', 'CSeq']),
        /;\s*tag=/.test(to) ? `To: ${to}` : `To: ${to};tag=${tag}`,
        `Contact: <sip:phone@${HOST}:${port}>`,
        ...extra,
      ],
      body,
    );
  };

  const ring = (invite: SipMessage, from: RemoteInfo): void => {
    const callId = headerOf(invite, 'Call-ID');
    const known = calls.get(callId);
    if (known !== undefined) {
      if (known.answered !== null) send(known.answered, from);
      return;
    }
    const ended = Promise.withResolvers<void>();
    const state: LineCall = { invite, answered: null, acknowledged: false, end: ended.resolve };
    calls.set(callId, state);
    void ended.promise.then(() => calls.delete(callId));
    send(reply(invite, '180 Ringing', callId), from);
    const bye = (): string => {
      const target = /<([^>]*)>/.exec(headerOf(invite, 'Contact'))?.[1] ?? headerOf(invite, 'Contact');
      return withBody(
        [
          `BYE ${target} SIP/2.0`,
          `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bK${Math.random().toString(36).slice(2)}`,
          'Max-Forwards: 70',
          ...copied(invite, ['Record-Route']).map((line) => line.replace(/^Record-Route/, 'Route')),
          `From: ${headerOf(invite, 'To')};tag=${callId}`,
          `To: ${headerOf(invite, 'From')}`,
          `Call-ID: ${callId}`,
          'CSeq: 1 BYE',
        ],
        '',
      );
    };
    const repeat = (text: string, until: () => boolean): void => {
      if (until()) return;
      send(text, from);
      setTimeout(repeat, RESEND_MS, text, until).unref();
    };
    onCall({
      callId,
      media: mediaOf(invite.body),
      answer: (rtpPort) => {
        const sdp = [
          ...['v=0', `o=phone 1 1 IN IP4 ${HOST}`, 's=-', `c=IN IP4 ${HOST}`, 't=0 0'],
          ...[`m=audio ${rtpPort} RTP/AVP 8`, 'a=rtpmap:8 PCMA/8000', 'a=sendrecv', ''],
        ].join('\r\n');
        state.answered = reply(invite, '200 OK', callId, ['Content-Type: application/sdp'], sdp);
        const at = now();
        repeat(state.answered, () => state.acknowledged || !calls.has(callId));
        return at;
      },
      hangUp: () => repeat(bye(), () => !calls.has(callId)),
      ended: ended.promise,
    });
  };

  socket.on('message', (data, from) => {
    const message = parseSipMessage(data.toString('utf8'));
    const callId = headerOf(message, 'Call-ID');
    const call = calls.get(callId);
    switch (message.method) {
      case 'INVITE':
        return ring(message, from);
      case 'ACK':
        if (call !== undefined) call.acknowledged = true;
        return;
      case 'CANCEL':
        send(reply(message, '200 OK', callId), from);
        if (call !== undefined) send(reply(call.invite, '487 Request Terminated', callId), from);
        return call?.end();
      case 'BYE':
        send(reply(message, '200 OK', callId), from);
        return call?.end();
      case 'OPTIONS':
        return send(reply(message, '200 OK', 'phone'), from);
      case null:
        if (headerOf(message, 'CSeq').endsWith('BYE')) call?.end();
        return;
      default:
        return send(reply(message, '405 Method Not Allowed', callId), from);
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, HOST, resolve);
  });
  return { close: () => socket.close() };
};
