import type { SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import { transportOf } from '../../trunk/livekit-trunks.ts';
import { type Finding, pass, warn } from '../check.ts';
import type { Settings } from '../settings.ts';
import { trunkCheckOf } from '../trunk-check.ts';

type Trunk = Pick<
  SIPOutboundTrunkInfo,
  'address' | 'transport' | 'authUsername' | 'destinationCountry' | 'fromHost'
>;

/** What the trunk in LiveKit holds against what the environment says of it; an unset name says nothing (pure). */
const judgeTrunkSettings = (trunk: Trunk, { trunk: ours }: Settings): Finding => {
  const pairs = [
    ['SIP_TRUNK_HOST', ours.host, trunk.address],
    ['SIP_TRUNK_TRANSPORT', ours.transport, transportOf(trunk.transport)],
    ['SIP_TRUNK_USERNAME', ours.username, trunk.authUsername],
    ['SIP_FROM_HOST', ours.fromHost, trunk.fromHost],
    ['SIP_DESTINATION_COUNTRY', ours.countryIsSet ? ours.country : null, trunk.destinationCountry],
  ] as const;
  const said = pairs.filter(([, wanted]) => wanted !== null);
  const differing = said.filter(([, wanted, held]) => wanted?.toLowerCase() !== held.toLowerCase());
  if (differing.length > 0) {
    const shown = differing.map(([name, wanted, held]) =>
      // A login is a half of a secret.
      name === 'SIP_TRUNK_USERNAME'
        ? name
        : `${name} is ${wanted}, the trunk’s is ${held === '' ? 'empty' : held}`,
    );
    return warn(
      `The trunk in LiveKit differs from the environment: ${shown.join('; ')}. The trunk is what counts.`,
      'See the difference with outdial trunk plan; take it over with outdial trunk apply, or unset these names.',
    );
  }
  return pass(
    said.length === 0
      ? 'The environment says nothing of the trunk but its id.'
      : `The trunk is as the environment says: ${said.map(([name]) => name).join(', ')}.`,
  );
};

/** Address, transport, login, From host and country of the trunk that SIP_TRUNK_ID names. */
export const trunkSettingsCheck = trunkCheckOf(
  'trunk-settings',
  'SIP_TRUNK_ID is not set: the environment is the trunk.',
  judgeTrunkSettings,
);
