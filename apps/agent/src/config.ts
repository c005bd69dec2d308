import { DIAL_FORMATS } from '@outdial/telephony';
import { z } from 'zod';

const flag = (fallback: boolean) =>
  z
    .string()
    .default(String(fallback))
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(['true', 'false'], 'must be true or false'))
    .transform((text) => text === 'true');

const integer = (min: number, max: number, fallback: number) =>
  z.coerce.number(`must be a whole number from ${min} to ${max}`).int().min(min).max(max).default(fallback);

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const text = (description: string) => z.string().optional().describe(description);

/** The environment of the agent (docs/architecture.md, `.env.example`); parse with `parseConfig`. */
export const agentConfigSchema = z
  .object({
    LIVEKIT_URL: z
      .string()
      .describe('LiveKit server, Cloud or self-hosted, e.g. wss://example.livekit.cloud'),
    LIVEKIT_API_KEY: z.string().describe('API key of that LiveKit server'),
    LIVEKIT_API_SECRET: z.string().describe('API secret that belongs to LIVEKIT_API_KEY'),
    AGENT_NAME: z
      .string()
      .default('nehos-outbound-agent')
      .describe('Name under which the agent waits for jobs'),
    BRIDGE_URL: z
      .url('must be a URL such as http://127.0.0.1:8080')
      .default('http://127.0.0.1:8080')
      .describe('Where the agent reaches the bridge'),
    AGENT_REPORT_SECRET: z
      .string()
      .min(32, 'must be at least 32 characters, the same for bridge and agent')
      .describe('Secret with which bridge and agent sign what they tell each other, at least 32 characters'),
    AGENT_HEALTH_HOST: z.string().default('127.0.0.1').describe('Address of the worker health port'),
    AGENT_HEALTH_PORT: z.coerce
      .number()
      .int()
      .min(1)
      .max(65535)
      .optional()
      .describe('Worker health port; a free one when unset'),
    SIP_TRUNK_ID: z
      .string()
      .regex(/^ST_/, 'must start with ST_, as LiveKit names trunks')
      .optional()
      .describe(
        'Outbound trunk in LiveKit, ST_…; unset: the trunk is sent with each call from the SIP_TRUNK_… names',
      ),
    SIP_TRUNK_HOST: text('Host, or host:port, of the carrier, e.g. sip.nehos.com.au'),
    SIP_TRUNK_TRANSPORT: z
      .enum(['udp', 'tcp', 'tls'])
      .default('udp')
      .describe('Transport to the carrier: udp, tcp or tls'),
    SIP_TRUNK_USERNAME: text('Login at the carrier (auth ID)'),
    SIP_TRUNK_PASSWORD: text('Password of that login'),
    SIP_FROM_NUMBER: text('Default caller ID, a number that the carrier approved'),
    SIP_FROM_IDENTITY: text('Default caller ID when it is a name, e.g. LiveKitNehosHosted'),
    SIP_DISPLAY_NAME: text('Default display name in From, e.g. LiveKit Nehos Hosted'),
    SIP_IDENTITY_HEADER: z
      .enum(['none', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'])
      .default('none')
      .describe('Header that carries the caller number when From must be the auth ID (SIP_FROM_IDENTITY)'),
    SIP_FROM_HOST: text('Host in From of calls sent with SIP_TRUNK_HOST; a trunk in LiveKit holds its own'),
    SIP_DESTINATION_COUNTRY: z
      .string()
      .length(2)
      .default('au')
      .describe('Region from which LiveKit Cloud places calls sent with SIP_TRUNK_HOST'),
    SIP_CODECS: list.describe('Only these codecs are offered, e.g. PCMA; unset: what LiveKit offers'),
    CALLER_ID_FALLBACK: z
      .enum(['destination', 'refuse'])
      .optional()
      .describe(
        'Without any caller ID: destination (most carriers refuse it) or refuse; default destination, refuse when CALLER_IDS_ALLOWED is set',
      ),
    CALLER_IDS_ALLOWED: list.describe('Caller IDs that may be used, by comma; unset: any'),
    SIP_DIAL_FORMAT: z
      .enum(DIAL_FORMATS)
      .default('e164_digits')
      .describe(
        'How numbers are dialled: e164_digits 61402012298, e164_plus +61402012298, national 0402012298',
      ),
    ACCOUNT_CODE_HEADER: z
      .string()
      .regex(/^X-[A-Za-z0-9-]{1,60}$/, 'must be an X- header name')
      .default('X-Account-Code')
      .describe('Header that carries account_code on INVITE and REFER'),
    TRANSFER_URI: z.enum(['tel', 'sip']).default('tel').describe('Form of Refer-To for numbers'),
    TRANSFER_HOST: text('Host of a sip Refer-To and of sip: transfer targets; default the trunk host'),
    CARTESIA_API_KEY: text('Own Cartesia key; unset: the LiveKit-managed cartesia/sonic-2'),
    CARTESIA_VOICE_ID: z
      .string()
      .default('9626c31c-bec5-4cca-baa8-f8ba9e84c8bc')
      .describe('Voice of the agent'),
    CARTESIA_BASE_URL: text('Cartesia API, when it is not the vendor’s own address'),
    STT_PROVIDER: z
      .enum(['auto', 'cartesia', 'openai', 'livekit'])
      .default('auto')
      .describe(
        'Speech to text; auto: Cartesia when its key is set, else OpenAI-compatible when its base URL is set, else LiveKit-managed',
      ),
    STT_MODEL: text('Speech-to-text model of that provider'),
    LLM_MODEL: text('Language model'),
    TTS_MODEL: text('Text-to-speech model'),
    OPENAI_API_KEY: text('Key of the OpenAI-compatible server'),
    OPENAI_BASE_URL: text('Any OpenAI-compatible server, e.g. Ollama at http://127.0.0.1:11434/v1'),
    VAD: z
      .enum(['silero', 'builtin', 'off'])
      .default('silero')
      .describe('Voice activity detection; off leaves turns to speech to text'),
    DEFAULT_COUNTRY: z
      .string()
      .length(2)
      .default('AU')
      .describe('Country in which national numbers are read'),
    ALLOWED_COUNTRIES: list
      .transform((countries) => (countries.length === 0 ? ['AU'] : countries))
      .describe('Countries that may be dialled, by comma; default AU'),
    ALLOW_FICTITIOUS_NUMBERS: flag(false).describe('Lab only: numbers reserved for fiction may be dialled'),
    MAX_CONCURRENT_CALLS: integer(1, 1000, 4).describe('Calls at once per trunk'),
    RING_TIMEOUT_SECONDS: integer(5, 75, 45).describe('How long a phone may ring'),
    MAX_CALL_SECONDS: integer(10, 14_400, 840).describe('How long an answered call may last'),
    DATA_DIR: z.string().default('./data').describe('Folder for everything that is kept on disk'),
    AGENT_SPOOL_DIR: text('Where final reports wait for a bridge that is away; default DATA_DIR/spool'),
    LOG_LEVEL: z
      .string()
      .default('INFO')
      .transform((level) => level.toLowerCase())
      .pipe(z.enum(['info', 'debug'], 'must be INFO or DEBUG'))
      .describe('INFO or DEBUG'),
    LOG_PII: flag(false).describe('true: numbers and names stand in logs unmasked'),
  })
  .superRefine((config, issues) => {
    const problem = (name: string, message: string) =>
      issues.addIssue({ code: 'custom', path: [name], message });
    if (config.SIP_TRUNK_ID === undefined && config.SIP_TRUNK_HOST === undefined) {
      problem(
        'SIP_TRUNK_ID',
        'neither SIP_TRUNK_ID nor SIP_TRUNK_HOST is set; set one, so that there is a trunk to dial over',
      );
    }
    if (config.SIP_IDENTITY_HEADER !== 'none' && config.SIP_FROM_IDENTITY === undefined) {
      problem(
        'SIP_IDENTITY_HEADER',
        `${config.SIP_IDENTITY_HEADER} needs SIP_FROM_IDENTITY (the auth ID that goes into From)`,
      );
    }
    if (config.STT_PROVIDER === 'cartesia' && config.CARTESIA_API_KEY === undefined) {
      problem('STT_PROVIDER', 'cartesia needs CARTESIA_API_KEY');
    }
    if (
      config.STT_PROVIDER === 'openai' &&
      config.OPENAI_API_KEY === undefined &&
      config.OPENAI_BASE_URL === undefined
    ) {
      problem('STT_PROVIDER', 'openai needs OPENAI_API_KEY or OPENAI_BASE_URL');
    }
  });

/** The parsed environment of the agent. */
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** Folder in which final reports wait for the bridge. */
export const spoolDir = (config: AgentConfig): string => config.AGENT_SPOOL_DIR ?? `${config.DATA_DIR}/spool`;
