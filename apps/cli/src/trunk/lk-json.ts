import { SIPOutboundTrunkInfo } from '@livekit/protocol';
import { mediaOf, TRANSPORTS } from './livekit-trunks.ts';
import type { WantedTrunk } from './trunk.ts';

/** What stands for the password where it is not to be shown. */
const PASSWORD_PLACEHOLDER = 'the value of SIP_TRUNK_PASSWORD';

/**
 * A trunk as the JSON that LiveKit's own command line reads: `lk sip outbound create` wants it within `trunk`,
 * `lk sip outbound update` wants it bare (livekit-cli, cmd/lk/sip.go).
 */
export const lkJson = (wanted: WantedTrunk, use: 'create' | 'update', showPassword: boolean): string => {
  const trunk = new SIPOutboundTrunkInfo({
    name: wanted.name ?? '',
    address: wanted.address,
    transport: TRANSPORTS[wanted.transport],
    destinationCountry: wanted.country,
    numbers: [...wanted.numbers],
    authUsername: wanted.username,
    authPassword: wanted.password === '' || showPassword ? wanted.password : PASSWORD_PLACEHOLDER,
    fromHost: wanted.fromHost,
    ...(wanted.codecs.length === 0 ? {} : { media: mediaOf(wanted.codecs) }),
  }).toJson({ useProtoFieldName: true });
  return JSON.stringify(use === 'create' ? { trunk } : trunk, null, 2);
};
