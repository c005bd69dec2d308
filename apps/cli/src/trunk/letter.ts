import { facts } from '../layout.ts';
import { isLiveKitCloud } from '../livekit-access.ts';
import { type CarrierSettings, callerIdsOf } from './carrier-settings.ts';
import { EXAMPLE, inviteExample } from './invite-example.ts';

/** Whose letter it is, to whom. */
export type LetterOptions = {
  readonly carrier: string;
  readonly sender: string | null;
  readonly liveKitUrl: string | null;
};

type Source = 'cloud' | 'own' | 'unknown';

const sourceOf = (url: string | null): Source => {
  if (url === null) return 'unknown';
  return isLiveKitCloud(url) ? 'cloud' : 'own';
};

const FROM_HOSTS = {
  cloud: 'SIP host of our LiveKit project',
  own: 'address of our SIP service',
  unknown: 'our SIP host',
} as const;

const addresses = (source: Source, country: string): string => {
  if (source === 'own')
    return 'Our calls come from our own SIP service, at this address: ______________________';
  if (source === 'unknown') return 'Our calls come from: ______________________';
  return country.toLowerCase() === 'au'
    ? `Our calls come from LiveKit Cloud in Australia, for which LiveKit publishes no fixed addresses: we can be
identified by a digest login, and not by source address.`
    : `Our calls come from LiveKit Cloud, near the country "${country}". LiveKit publishes address ranges for some
regions (docs.livekit.io, "Regions and static IPs"); if you identify us by address we send you those that count for us.`;
};

const login = (settings: CarrierSettings): string =>
  settings.SIP_TRUNK_USERNAME === null
    ? 'none so far, see below'
    : `digest (RFC 3261 section 22), user ${settings.SIP_TRUNK_USERNAME}`;

/** How callers are handed over, and how many channels that takes. */
const transfers = (settings: CarrierSettings, referTo: string): string => {
  const refer = `To hand a caller over we send REFER within the dialog (RFC 3515), with ${settings.ACCOUNT_CODE_HEADER} and this
Refer-To${referTo.startsWith('tel:') ? ', a tel: URI without brackets' : ''}; we wait for the final NOTIFY. It takes one channel until you have connected the two.`;
  switch (settings.TRANSFER_MODE) {
    case 'refer':
      return `${refer}
Where REFER is refused the caller stays with us: no call of ours takes a second channel.`;
    case 'bridge':
      return `To hand a caller over we call the target ourselves, with ${settings.ACCOUNT_CODE_HEADER}, and hold both legs: two channels for
as long as they talk. We send no REFER.`;
    case 'auto':
      return `${refer}
Where REFER is refused we call the target ourselves and hold both legs: two channels for as long as they talk.`;
  }
};

const list = (lines: readonly string[], mark: (at: number) => string): string =>
  lines
    .map((line, at) => {
      const head = mark(at);
      return head + line.replaceAll('\n', `\n${' '.repeat(head.length)}`);
    })
    .join('\n');

/** The letter to the carrier: what our calls look like and what it has to confirm. Plain text, no secret in it. */
export const carrierLetter = (settings: CarrierSettings, options: LetterOptions): string => {
  const source = sourceOf(options.liveKitUrl);
  const example = inviteExample(settings, FROM_HOSTS[source]);
  const callerIds = callerIdsOf(settings);
  const seconds = settings.MAX_CALL_SECONDS;
  const ours = Object.entries(example.headers);

  const whatWeAre = list(
    [
      'We only call out. We do not REGISTER and take no calls from the trunk.',
      `Login: ${login(settings)}.
The first INVITE carries no credentials; we answer your 401 or 407 in the same dialog (same Call-ID,
next CSeq), and only the last challenge on the way.`,
      `Session timers (RFC 4028): we neither ask for them nor refresh, and send no Session-Expires. We answer your
re-INVITE, so please be the refresher and refresh by re-INVITE: UPDATE is answered with 405.
A call of ours lasts ${seconds} s at most, unless it was asked for otherwise.`,
      'Reliable provisional answers (100rel, RFC 3262) are not supported: please do not require them.',
      'Early media is not played to anybody and nothing is sent into it; announcements before the answer are not heard.\nPlease say why a call fails by its status and phrase.',
      `Sound: RTP/AVP without encryption, offered codecs ${example.codecs.filter((name) => name !== 'telephone-event').join(', ')}; 20 ms packets;
DTMF as telephone-event (RFC 4733), payload type 101. DTMF in INFO is not taken.`,
      'The call is ended by us when no RTP comes for 30 s after the answer, or for 15 s later on; please keep\nsending on hold, too.',
      `A ringing phone is given up by CANCEL after ${settings.RING_TIMEOUT_SECONDS} s, unless a call asks otherwise (5 to 75 s).`,
      'Redirections (3xx) are not followed.',
    ],
    () => '- ',
  );

  const sendsRefer = settings.TRANSFER_MODE !== 'bridge';
  const onTheWire = facts([
    ['Request-URI', example.requestUri],
    ['From', example.from],
    ...ours.map(([name, value]) => [name, value] as const),
    ['Codecs', example.codecs.join(' ')],
    ...(sendsRefer ? [['Refer-To', example.referTo] as const] : []),
  ]);

  const questions = list(
    [
      settings.SIP_TRUNK_USERNAME === null
        ? 'How do you identify us: by source address (which ones have you noted?), or will you give us a digest login?'
        : `Is the digest login ${settings.SIP_TRUNK_USERNAME} active, and do you also check source addresses?`,
      `Which of these caller IDs are approved for the trunk, and what proof of the right to use them do you need?
${callerIds.join(', ')}`,
      ours.length > 1
        ? `Is the caller number taken from ${ours[1]?.[0]}, with the auth ID in From, as above?`
        : 'Is the caller number taken from From, as above, or do you want it in P-Asserted-Identity with the auth ID in From?',
      `Is "${settings.SIP_FROM_HOST ?? FROM_HOSTS[source]}" right as host of From, or must it be yours?`,
      `Which form of number do you want in the request-URI? We send ${example.requestUri.split('@')[0]?.slice(4)}.`,
      `How many calls at once and how many new calls per second do you allow? We keep to ${settings.MAX_CONCURRENT_CALLS} and ${settings.CALLS_PER_SECOND}.`,
      'Which status and phrase mean: limit reached, caller ID not approved, destination barred, no credit?\n(We take 403 with "auth ID", "CLI", "caller" or "identity" in the phrase as a caller ID that is not approved,\nand 5xx with "limit" in the phrase as a limit.)',
      ...(sendsRefer
        ? [
            `Do you accept REFER with a ${settings.TRANSFER_URI}: URI, send NOTIFY, and copy ${settings.ACCOUNT_CODE_HEADER} to the call that follows?
How is that call billed?`,
          ]
        : []),
      `Do you keep ${settings.ACCOUNT_CODE_HEADER} in your call records, and up to which length? We send up to 64 letters, digits, . _ -`,
      'Do you refresh sessions by re-INVITE, after how long, and what is your longest call?',
      'From which addresses do signalling and RTP come?',
      'Which numbers are barred (premium, international), and can a monthly limit be set?',
    ],
    (at) => `${String(at + 1).padStart(2)}. `,
  );

  return `To: ${options.carrier}
Subject: SIP trunk ${settings.SIP_TRUNK_HOST}${settings.SIP_TRUNK_USERNAME === null ? '' : `, login ${settings.SIP_TRUNK_USERNAME}`}

Dear ${options.carrier} support,

we place calls over your trunk with LiveKit's SIP service (livekit-sip), run by Outdial. Below is what our calls
look like, and what we ask you to confirm.

WHAT WE ARE

${whatWeAre}

WHERE OUR CALLS COME FROM

${addresses(source, settings.SIP_DESTINATION_COUNTRY)}
Transport: ${settings.SIP_TRUNK_TRANSPORT.toUpperCase()}.

WHAT A CALL LOOKS LIKE

A call to ${EXAMPLE.callee} with the account code ${EXAMPLE.accountCode}, transferred to ${EXAMPLE.target} (numbers reserved for fiction):

${onTheWire}

To holds the same number and host. Each call is one Call-ID, and we never dial a second time by ourselves.

${transfers(settings, example.referTo)}

PLEASE CONFIRM

${questions}

Yours sincerely${options.sender === null ? '' : `\n${options.sender}`}`;
};
