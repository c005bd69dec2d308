import { checkHeaderName, DIAL_FORMATS, type FromSettings } from '@outdial/telephony';
import type { z } from 'zod';
import { choice, list, number, optional, withDefault } from './fields.ts';
import type { SharedConfig } from './shared-environment.ts';

/** How calls are written to the carrier: what the agent dials with, and what `outdial trunk` makes a trunk of. */
export const carrierEnvironment = {
  SIP_TRUNK_TRANSPORT: choice(['udp', 'tcp', 'tls'], 'udp', 'Transport to the carrier: udp, tcp or tls.'),
  SIP_TRUNK_USERNAME: optional('Login at the carrier (auth ID).'),
  SIP_TRUNK_PASSWORD: optional('Password of that login.'),
  SIP_IDENTITY_HEADER: choice(
    ['none', 'P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'],
    'none',
    'Header that carries the caller number when From must be the auth ID (SIP_FROM_IDENTITY).',
  ),
  SIP_FROM_HOST: optional(
    'Host in From. With SIP_TRUNK_ID the trunk in LiveKit holds it: outdial trunk apply writes it there.',
  ),
  SIP_DESTINATION_COUNTRY: withDefault(
    'au',
    'Country of the numbers, near which LiveKit Cloud places calls; with SIP_TRUNK_ID the trunk holds it.',
  ),
  SIP_CODECS: list('Only these codecs are offered, a comma between them, e.g. PCMA.'),
  SIP_DIAL_FORMAT: choice(
    DIAL_FORMATS,
    'e164_digits',
    'How numbers are dialled: e164_digits 61402012298, e164_plus +61402012298, national 0402012298.',
  ),
  ACCOUNT_CODE_HEADER: withDefault(
    'X-Account-Code',
    'Header that carries account_code on INVITE, REFER and second legs.',
    (name) => {
      const checked = checkHeaderName(name);
      return checked.status === 'ok' ? null : checked.reason;
    },
  ),
} as const;

/** `TRANSFER_URI`, which the agent transfers by and the carrier is asked about. */
export const transferUri = choice(
  ['tel', 'sip'],
  'tel',
  'Form of Refer-To for numbers: tel, or sip with TRANSFER_HOST.',
);

/** `TRANSFER_MODE`, which the agent keeps to and the carrier is told of. */
export const transferMode = choice(
  ['auto', 'refer', 'bridge'],
  'auto',
  'How a call is transferred. auto: by REFER, and by a second leg when that is refused; refer: REFER only; bridge: a second leg only.',
);

/** `CALLS_PER_SECOND`, which the bridge keeps and the carrier is told. */
export const callsPerSecond = number(
  { min: 0.01, max: 100, default: 1, whole: false },
  'Calls started per second, across all bridges.',
);

type CarrierConfig = z.output<z.ZodObject<typeof carrierEnvironment>>;
type TrunkNames = Pick<SharedConfig, 'SIP_TRUNK_HOST' | 'SIP_FROM_NUMBER' | 'SIP_FROM_IDENTITY'> &
  Pick<CarrierConfig, 'SIP_IDENTITY_HEADER' | 'SIP_FROM_HOST'>;

/** Finds an identity header that could not be written; for `superRefine`. */
export const checkIdentityHeader = (config: TrunkNames, context: z.RefinementCtx): void => {
  const header = config.SIP_IDENTITY_HEADER;
  if (header === 'none') return;
  const needs = (what: string) =>
    context.addIssue({ code: 'custom', path: ['SIP_IDENTITY_HEADER'], message: `${header} needs ${what}` });
  if (config.SIP_FROM_IDENTITY === null) needs('SIP_FROM_IDENTITY, the auth ID that goes into From.');
  if (config.SIP_FROM_NUMBER === null) needs('SIP_FROM_NUMBER, the number that it carries.');
  if (config.SIP_FROM_HOST === null && config.SIP_TRUNK_HOST === null) {
    needs('SIP_FROM_HOST or SIP_TRUNK_HOST, its host.');
  }
};

/** The environment as `fromOf` of `@outdial/telephony` takes it. */
export const fromSettingsOf = (config: TrunkNames): FromSettings => ({
  identityHeader: config.SIP_IDENTITY_HEADER,
  fromIdentity: config.SIP_FROM_IDENTITY,
  host: config.SIP_FROM_HOST ?? config.SIP_TRUNK_HOST,
});
