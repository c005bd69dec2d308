import { fromSettingsOf } from '@outdial/runtime';
import { fromOf, offeredCodecs, toDialString, toReferTo } from '@outdial/telephony';
import { type CarrierSettings, callerIdsOf } from './carrier-settings.ts';

/** Numbers reserved for fiction, which ring nobody. */
export const EXAMPLE = { callee: '+61491570157', target: '+61255500100', accountCode: 'em-tech-01' } as const;

/** What a call to the example's callee looks like on the wire, each part as the header's value. */
export type InviteExample = {
  readonly requestUri: string;
  readonly from: string;
  /** The headers that are ours, the account code's first. */
  readonly headers: Readonly<Record<string, string>>;
  /** Codecs of the offer. */
  readonly codecs: readonly string[];
  readonly referTo: string;
};

/**
 * The example, by the same functions that write the agent's calls. `unknownHost` stands where only LiveKit knows the
 * host of From.
 */
export const inviteExample = (settings: CarrierSettings, unknownHost: string): InviteExample => {
  const callerId = callerIdsOf(settings)[0] ?? '';
  const from = fromOf(callerId, fromSettingsOf(settings));
  const name = settings.SIP_DISPLAY_NAME === null ? '' : `"${settings.SIP_DISPLAY_NAME}" `;
  const user = toDialString(EXAMPLE.callee, settings.SIP_DIAL_FORMAT, settings.DEFAULT_COUNTRY);
  return {
    requestUri: `sip:${user}@${settings.SIP_TRUNK_HOST};transport=${settings.SIP_TRUNK_TRANSPORT}`,
    // livekit-sip writes the transport into every URI of its own.
    from: `${name}<sip:${from.user}@${settings.SIP_FROM_HOST ?? unknownHost};transport=${settings.SIP_TRUNK_TRANSPORT}>`,
    headers: { [settings.ACCOUNT_CODE_HEADER]: EXAMPLE.accountCode, ...from.headers },
    codecs: offeredCodecs(settings.SIP_CODECS),
    referTo: toReferTo(`tel:${EXAMPLE.target}`, {
      form: settings.TRANSFER_URI,
      host: settings.TRANSFER_HOST ?? settings.SIP_TRUNK_HOST,
      format: settings.SIP_DIAL_FORMAT,
      homeCountry: settings.DEFAULT_COUNTRY,
    }),
  };
};
