import type { CallParty, CarrierCall } from './carrier-call.ts';
import { cseqOf, headerOf, parseNameAddress, parseSipMessage, type SipMessage } from './sip-message.ts';

/** Makes call records of the carrier's log, line by line. */
export type CarrierLog = {
  /** Takes one line. Lines of Kamailio's own are ignored. Gives the call that the line belongs to. */
  add(line: string): CarrierCall | undefined;
  /** One record for each Call-ID, in order of their first INVITE. */
  calls(): CarrierCall[];
};

type Tracked = { call: CarrierCall; callerSource: string; seen: Set<string>; inviteCseqs: Set<number> };

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
const milliseconds = (seconds: string): number => Math.round(Number(seconds) * 1000);
const authUserOf = (invite: SipMessage): string | null =>
  /username="([^"]*)"/.exec(headerOf(invite, 'Proxy-Authorization'))?.[1] ?? null;

/** Codec names of an SDP body (RFC 8866 section 6.6, `a=rtpmap`). */
const codecsOf = (invite: SipMessage): string[] =>
  [...invite.body.matchAll(/^a=rtpmap:\d+ ([^/\s]+)\//gm)].map((match) => match[1] ?? '');

const newCall = (callId: string, at: number): CarrierCall => ({
  callId,
  requestUri: '',
  fromUser: '',
  fromDisplay: null,
  fromHost: '',
  headers: {},
  offeredCodecs: [],
  authUser: null,
  invites: 0,
  startedAt: at,
  ringAt: null,
  answeredAt: null,
  endedAt: null,
  endedBy: null,
  endedWith: null,
  finalStatus: null,
  finalReason: null,
  refer: null,
  referredBy: null,
  events: [],
});

/** An empty log. See kamailio.cfg for its lines. */
export const createCarrierLog = (): CarrierLog => {
  const tracked = new Map<string, Tracked>();

  const onInvite = (entry: Tracked, message: SipMessage) => {
    const { call } = entry;
    const from = parseNameAddress(headerOf(message, 'From'));
    call.requestUri = message.requestUri ?? '';
    call.fromUser = from.user;
    call.fromHost = from.host;
    call.fromDisplay = from.display;
    call.headers = message.headers;
    call.offeredCodecs = codecsOf(message);
    call.authUser = authUserOf(message);
    call.invites += 1;
    entry.inviteCseqs.add(cseqOf(message).number);
  };

  const onRequest = (at: number, source: string, message: SipMessage): CarrierCall | undefined => {
    const callId = headerOf(message, 'Call-ID');
    const { method, number } = cseqOf(message);
    const isNew = method === 'INVITE' && parseNameAddress(headerOf(message, 'To')).tag === null;
    const entry = tracked.get(callId) ?? {
      call: newCall(callId, at),
      callerSource: source,
      seen: new Set<string>(),
      inviteCseqs: new Set<number>(),
    };
    if (!tracked.has(callId)) {
      if (!isNew) return undefined;
      tracked.set(callId, entry);
    }
    const { call } = entry;
    const from: CallParty = source === entry.callerSource ? 'caller' : 'callee';
    const key = `${from} ${method} ${number}`;
    if (entry.seen.has(key)) return undefined;
    entry.seen.add(key);
    call.events.push({ at, from, method, status: null, reason: null });
    if (isNew) onInvite(entry, message);
    if (method === 'BYE') Object.assign(call, { endedAt: at, endedBy: from, endedWith: 'BYE' });
    if (method === 'CANCEL') Object.assign(call, { endedBy: from, endedWith: 'CANCEL' });
    if (method === 'REFER') {
      const referTo = headerOf(message, 'Refer-To');
      call.refer = { at, referTo, headers: message.headers, status: null, reason: null, notifies: [] };
    }
    if (method === 'NOTIFY' && /^refer\b/i.test(headerOf(message, 'Event'))) {
      call.refer?.notifies.push(message.body.trim().split(/\r?\n/)[0] ?? '');
    }
    return call;
  };

  const onAnswer = (
    at: number,
    from: CallParty,
    status: number,
    reason: string,
    message: SipMessage,
  ): CarrierCall | undefined => {
    const entry = tracked.get(headerOf(message, 'Call-ID'));
    if (entry === undefined || status === 100) return undefined;
    const { call } = entry;
    const { method, number } = cseqOf(message);
    const key = `${from} ${method} ${number} ${status}`;
    if (entry.seen.has(key)) return undefined;
    entry.seen.add(key);
    call.events.push({ at, from, method, status, reason });
    if (method === 'REFER' && status >= 200 && call.refer !== null)
      Object.assign(call.refer, { status, reason });
    // The caller answers an INVITE only inside the dialog, and may then meet a CSeq of its own.
    if (method !== 'INVITE' || from === 'caller' || !entry.inviteCseqs.has(number)) return call;
    if (status < 200) call.ringAt ??= at;
    else {
      Object.assign(call, { finalStatus: status, finalReason: reason });
      if (status < 300) call.answeredAt = at;
      else if (status !== 407) {
        call.endedAt = at;
        call.endedBy ??= from;
        call.endedWith ??= 'refusal';
      }
    }
    return call;
  };

  const onSent = (message: SipMessage): CarrierCall | undefined => {
    const call = tracked.get(headerOf(message, 'Call-ID'))?.call;
    if (call === undefined || message.method !== 'INVITE' || call.referredBy === null) return undefined;
    call.headers = message.headers;
    return call;
  };

  const add = (line: string): CarrierCall | undefined => {
    const fields = /outdial (request|reply|answer|sent|transferred) (\S.*)$/.exec(line);
    if (fields === null) return undefined;
    const [at = '', ...rest] = (fields[2] ?? '').split(' ');
    const time = milliseconds(at);
    const message = parseSipMessage(decode(rest.at(-1) ?? ''));
    const first = rest[0] ?? '';
    switch (fields[1]) {
      case 'request':
        return onRequest(time, first, message);
      case 'reply': {
        const callerSource = tracked.get(headerOf(message, 'Call-ID'))?.callerSource;
        return onAnswer(
          time,
          first === callerSource ? 'caller' : 'callee',
          message.status ?? 0,
          message.reason ?? '',
          message,
        );
      }
      case 'answer':
        return onAnswer(time, 'carrier', Number(first), decode(rest[1] ?? ''), message);
      case 'sent':
        return onSent(message);
      default: {
        const call = tracked.get(headerOf(message, 'Call-ID'))?.call;
        if (call !== undefined) call.referredBy = decode(first);
        return call;
      }
    }
  };
  return { add, calls: () => [...tracked.values()].map(({ call }) => call) };
};
