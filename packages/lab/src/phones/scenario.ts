import {
  EMPTY,
  hangUp,
  lateReply,
  PLAY,
  pause,
  REPEATED,
  RINGING,
  reply,
  replyInDialog,
  request,
  scenario,
  sdp,
  send,
  TAG,
  TAKE_ACK,
  TAKE_INVITE_FOR_LATER,
} from './scenario-parts.ts';

/** What a refusal may do first, and carry. `earlyMediaMs`: a 183 with sound before it, for so long. */
export type RefuseOptions = {
  readonly ringMs?: number;
  readonly earlyMediaMs?: number;
  readonly headers?: readonly string[];
};

/** Refuses each call: `refuse(486, 'Busy Here')`. */
export const refuse = (status: number, phrase: string, options: RefuseOptions = {}): string => {
  const { ringMs, earlyMediaMs, headers = [] } = options;
  return scenario(`${status}`, [
    '<recv request="INVITE"/>',
    ...(ringMs === undefined ? [] : [RINGING, pause(ringMs)]),
    ...(earlyMediaMs === undefined ? [] : [send(reply('183 Session Progress', sdp())), pause(earlyMediaMs)]),
    send(reply(`${status} ${phrase}`, [...headers, ...EMPTY])),
    '<recv request="ACK"/>',
  ]);
};

const LOGIN_TRIES = 5;
const DEMAND = send(
  reply('401 Unauthorized', [
    'WWW-Authenticate: Digest realm="phone", nonce="a1b2c3d4", algorithm=MD5',
    ...EMPTY,
  ]),
);

/** Asks for a login again and again, whatever is sent. */
export const refuseEveryLogin = (): string =>
  scenario(
    'refuses every login',
    Array.from({ length: LOGIN_TRIES }, () => [
      '<recv request="INVITE"/>',
      DEMAND,
      '<recv request="ACK"/>',
    ]).flat(),
  );

/** Says 100 and then nothing at all until the caller gives up. */
export const tryForEver = (): string => untilCanceled('tries for ever', '100 Trying');

/** Rings until the caller gives up; then answers the CANCEL with 200 and the INVITE with 487. */
export const ringForEver = (): string => untilCanceled('rings for ever', '180 Ringing');

const untilCanceled = (name: string, provisional: string): string =>
  scenario(name, [
    TAKE_INVITE_FOR_LATER,
    send(reply(provisional)),
    '<recv request="CANCEL"/>',
    send(reply('200 OK')),
    send(lateReply('487 Request Terminated')),
    '<recv request="ACK"/>',
  ]);

/** How long the phone waits for the ACK of its answer; RFC 3261 says 32 s. */
const UNACKNOWLEDGED_MS = 4_000;

/**
 * Is picked up at the moment the caller gives up: answers the CANCEL with 200 and the INVITE with 200 as well. A
 * caller who acknowledges that is expected to hang up; after 4 s without ACK the phone hangs up itself.
 */
export const answerTheCanceled = (): string =>
  scenario('answers what was cancelled', [
    TAKE_INVITE_FOR_LATER,
    RINGING,
    '<recv request="CANCEL"/>',
    send(reply('200 OK')),
    // Not repeated: SIPp sends nothing else while it repeats.
    send(lateReply('200 OK', sdp())),
    `<recv request="ACK" timeout="${UNACKNOWLEDGED_MS}" ontimeout="alone"/>`,
    '<recv request="BYE"/>',
    send(replyInDialog('200 OK'), ' next="over"'),
    '<label id="alone"/>',
    send(
      request('BYE', 1).map((line) => (line === 'From:[$local]' ? `${line};${TAG}` : line)),
      REPEATED,
    ),
    '<recv response="481"/>',
    '<label id="over"/>',
    pause(1),
  ]);

/**
 * Asks every call for a login of its own (401) and answers the one that has it, for `talkMs`, without sound. SIPp
 * can check an Authorization header, but no Proxy-Authorization.
 */
export const demandLogin = (user: { username: string; password: string }, talkMs: number): string =>
  scenario('demands a login', [
    '<recv request="INVITE"/>',
    DEMAND,
    '<recv request="ACK"/>',
    '<recv request="INVITE" rrs="true"><action>',
    `<verifyauth assign_to="known" username="${user.username}" password="${user.password}"/>`,
    '</action></recv>',
    '<nop test="known" next="answer"/>',
    send(reply('403 Wrong Login')),
    '<recv request="ACK" next="over"/>',
    '<label id="answer"/>',
    send(reply('200 OK', sdp()), REPEATED),
    TAKE_ACK,
    pause(talkMs),
    hangUp(1),
    '<label id="over"/>',
    pause(1),
  ]);

/** Rings, answers, stays silent without any RTP for `talkMs` (below 30 s, else LiveKit ends the call), hangs up. */
export const answerThenHangUp = (options: { ringMs: number; talkMs: number }): string =>
  scenario('answers, then hangs up', [
    '<recv request="INVITE" rrs="true"/>',
    RINGING,
    pause(options.ringMs),
    send(reply('200 OK', sdp()), REPEATED),
    TAKE_ACK,
    pause(options.talkMs),
    hangUp(1),
  ]);

/** Rings 200 ms, answers, speaks unless `silent`, and then does what `steps` say. */
export const answerThen = (
  name: string,
  steps: readonly string[],
  options: { readonly silent?: boolean; readonly codec?: 'PCMA' | 'G729' } = {},
): string =>
  scenario(name, [
    '<recv request="INVITE" rrs="true"/>',
    RINGING,
    pause(200),
    send(reply('200 OK', sdp(options)), REPEATED),
    TAKE_ACK,
    ...(options.silent === true ? [] : [PLAY]),
    ...steps,
  ]);

/** Sends 183 with an SDP for `earlyMs`, then answers; the sound goes to `rtpPort`. Hangs up after `talkMs`. */
export const answerAfterEarlyMedia = (options: {
  rtpPort: number;
  earlyMs: number;
  talkMs: number;
}): string =>
  scenario('answers after early media', [
    '<recv request="INVITE" rrs="true"/>',
    send(reply('183 Session Progress', sdp({ port: options.rtpPort }))),
    pause(options.earlyMs),
    send(reply('200 OK', sdp({ port: options.rtpPort })), REPEATED),
    TAKE_ACK,
    pause(options.talkMs),
    hangUp(1),
  ]);
