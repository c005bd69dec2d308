import { carrierEnvironment, entriesOf, sharedEnvironment } from '@outdial/runtime';
import type { z } from 'zod';
import { parseAllowedHosts } from '../../../bridge/src/domain/callback-target.ts';
import { isTimeZone } from '../../../bridge/src/domain/local-time.ts';
import { parseCallingHours } from '../../../bridge/src/domain/parse-calling-hours.ts';
import { isLiveKitCloud } from '../livekit-access.ts';
import { trunkHost } from '../trunk/carrier-settings.ts';
import { type Tried, tryCarrier, tryCartesia, tryHost, tryLiveKit, tryModelServer } from './probes.ts';

/** What was answered so far, with what was there before. */
export type Answers = Readonly<Record<string, string>>;

/** A name of the environment and how it is asked for. */
export type Question = {
  readonly name: string;
  readonly text: string;
  readonly secret?: true;
  /** It may stay empty. */
  readonly optional?: true;
  /** Taken when nothing is typed and nothing was there. */
  readonly fallback?: (answers: Answers) => string | undefined;
  /** Asked only then. */
  readonly when?: (answers: Answers) => boolean;
  /** What is wrong with it, as a sentence. */
  readonly check?: (value: string) => string | null;
};

/** Questions that are asked together and tried together. */
export type Section = {
  readonly title: string;
  readonly about: string;
  readonly questions: readonly Question[];
  /** Tries the answers, harmlessly; an empty list where there is nothing to try. */
  readonly attempt: (answers: Answers) => Promise<readonly Tried[]>;
};

const bySchema =
  (field: z.ZodType) =>
  (value: string): string | null => {
    const parsed = field.safeParse(value);
    return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'It cannot be used.');
  };

const has = (answers: Answers, name: string): boolean => (answers[name] ?? '') !== '';
const given = (answers: Answers, name: string): string | null =>
  has(answers, name) ? (answers[name] ?? null) : null;

const transport = carrierEnvironment.SIP_TRUNK_TRANSPORT;

const checkHours = (value: string): string | null => {
  const parsed = parseCallingHours(value);
  return parsed.status === 'ok' ? null : parsed.reason;
};

const checkZone = (value: string): string | null =>
  isTimeZone(value.trim()) ? null : `There is no time zone "${value}"; write one as Australia/Brisbane.`;

const livekit: Section = {
  title: 'LiveKit',
  about: `LiveKit carries the calls: callee and agent meet in a room of it, and its SIP service talks to your carrier.
Without an account: make one at https://cloud.livekit.io, make a project in it, and a key under Settings, API keys.
That page shows the three values. A server of your own has them in its configuration.`,
  questions: [
    { name: 'LIVEKIT_URL', text: 'Address (wss://…)', check: bySchema(sharedEnvironment.LIVEKIT_URL) },
    { name: 'LIVEKIT_API_KEY', text: 'API key' },
    { name: 'LIVEKIT_API_SECRET', text: 'API secret', secret: true },
  ],
  attempt: async (answers) => [
    await tryLiveKit({
      url: answers.LIVEKIT_URL ?? '',
      apiKey: answers.LIVEKIT_API_KEY ?? '',
      apiSecret: answers.LIVEKIT_API_SECRET ?? '',
    }),
  ],
};

const carrier: Section = {
  title: 'Your carrier',
  about: `The SIP trunk over which calls go out. "pnpm outdial trunk letter" writes to the carrier what it has to know.`,
  questions: [
    { name: 'SIP_TRUNK_HOST', text: 'Host, or host:port', check: bySchema(trunkHost) },
    {
      name: 'SIP_TRUNK_TRANSPORT',
      text: 'Transport: udp, tcp or tls',
      fallback: () => 'udp',
      check: bySchema(transport),
    },
    {
      name: 'SIP_TRUNK_USERNAME',
      text: 'Login (auth ID); empty if the carrier goes by your address',
      optional: true,
    },
    {
      name: 'SIP_TRUNK_PASSWORD',
      text: 'Password of that login',
      secret: true,
      optional: true,
      when: (answers) => has(answers, 'SIP_TRUNK_USERNAME'),
    },
  ],
  attempt: async (answers) => [
    await tryCarrier(answers.SIP_TRUNK_HOST ?? '', transport.parse(answers.SIP_TRUNK_TRANSPORT)),
  ],
};

const caller: Section = {
  title: 'Who calls',
  about: 'The caller ID is sent exactly as written. Most carriers refuse one that they have not approved.',
  questions: [
    {
      name: 'SIP_FROM_NUMBER',
      text: 'Caller ID, a number; empty if your carrier gave you a name instead',
      optional: true,
    },
    {
      name: 'SIP_FROM_IDENTITY',
      text: 'Caller ID, a name',
      when: (answers) => !has(answers, 'SIP_FROM_NUMBER'),
    },
    { name: 'SIP_DISPLAY_NAME', text: 'Display name beside it', optional: true },
    {
      name: 'CALLER_IDS_ALLOWED',
      text: 'Every caller ID that a request may name, a comma between them',
      fallback: (answers) =>
        given(answers, 'SIP_FROM_NUMBER') ?? given(answers, 'SIP_FROM_IDENTITY') ?? undefined,
    },
  ],
  attempt: async () => [],
};

/** The agent would refuse to start: only LiveKit Cloud has models of its own. */
const withoutModels = (answers: Answers): Tried[] => {
  if (isLiveKitCloud(answers.LIVEKIT_URL ?? '')) return [];
  const own = has(answers, 'OPENAI_API_KEY') || has(answers, 'OPENAI_BASE_URL');
  const voice = has(answers, 'CARTESIA_API_KEY') || (own && has(answers, 'TTS_MODEL'));
  const missing = [
    ...(voice ? [] : ['CARTESIA_API_KEY for voice and hearing']),
    ...(own ? [] : ['OPENAI_API_KEY or OPENAI_BASE_URL for the conversation']),
  ];
  if (missing.length === 0) return [];
  const seen = `${answers.LIVEKIT_URL} is a LiveKit of your own, which has no models: it needs ${missing.join(', and ')}.`;
  return [{ status: 'wrong', seen }];
};

const speech: Section = {
  title: 'Speech',
  about: `LiveKit Cloud brings models for voice, hearing and conversation of its own: leave these empty to use them.
A LiveKit server of your own has none: then Cartesia and an OpenAI-compatible server are needed.`,
  questions: [
    { name: 'CARTESIA_API_KEY', text: 'Own Cartesia key', secret: true, optional: true },
    { name: 'OPENAI_API_KEY', text: 'Own OpenAI key', secret: true, optional: true },
    {
      name: 'OPENAI_BASE_URL',
      text: 'Address of another OpenAI-compatible server, such as http://127.0.0.1:11434/v1',
      optional: true,
      check: (value) => (/^https?:\/\/\S+$/.test(value) && URL.canParse(value) ? null : 'It must be a URL.'),
    },
  ],
  attempt: async (answers) => {
    const tried: Tried[] = withoutModels(answers);
    const cartesia = given(answers, 'CARTESIA_API_KEY');
    const voice = given(answers, 'CARTESIA_VOICE_ID') ?? '9626c31c-bec5-4cca-baa8-f8ba9e84c8bc';
    if (cartesia !== null)
      tried.push(await tryCartesia(cartesia, voice, given(answers, 'CARTESIA_BASE_URL')));
    const [key, url] = [given(answers, 'OPENAI_API_KEY'), given(answers, 'OPENAI_BASE_URL')];
    if (key !== null || url !== null) tried.push(await tryModelServer(key, url));
    return tried;
  },
};

const hours: Section = {
  title: 'Calling hours',
  about: 'Outside of them calls wait. Empty: calls go out at any time.',
  questions: [
    {
      name: 'CALLING_HOURS',
      text: 'Hours, such as Mon-Fri 09:00-20:00, Sat 09:00-17:00',
      optional: true,
      check: checkHours,
    },
    {
      name: 'CALLING_TIMEZONE',
      text: 'Time zone of mobile phones',
      when: (answers) => has(answers, 'CALLING_HOURS'),
      fallback: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
      check: checkZone,
    },
  ],
  attempt: async () => [],
};

const checkAllowedHosts = (value: string): string | null => {
  const parsed = parseAllowedHosts(value);
  return parsed.status === 'ok' ? null : `${parsed.problems.join('; ')}.`;
};

const callbacks: Section = {
  title: 'Your workflow',
  about: `n8n, or whatever is called back with the result. Public addresses always may be; one in your own network must be
named, by the host that stands in its callback URL (with n8n: that of WEBHOOK_URL).`,
  questions: [
    {
      name: 'CALLBACK_ALLOWED_HOSTS',
      text: 'Hosts in your own network that may be called back, a comma between them',
      optional: true,
      check: checkAllowedHosts,
    },
  ],
  attempt: (answers) =>
    Promise.all(
      entriesOf(answers.CALLBACK_ALLOWED_HOSTS ?? '')
        .filter((host) => !host.includes('/'))
        .map(tryHost),
    ),
};

/** Everything that is asked, in order. */
export const SECTIONS: readonly Section[] = [livekit, carrier, caller, speech, hours, callbacks];
