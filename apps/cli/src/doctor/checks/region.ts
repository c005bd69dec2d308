import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { STATIC_IP_REGIONS } from '../static-ip-regions.ts';

const DAY_MS = 86_400_000;
const OLD_DAYS = 183;

const LISTED: readonly string[] = Object.values(STATIC_IP_REGIONS.regions).flat();

export type RegionFacts = {
  /** Two letters, lower case; empty: where the request comes from decides. */
  readonly country: string;
  /** Whether the carrier knows us by a login; else it must know us by our address. */
  readonly hasLogin: boolean;
  readonly now: Date;
};

/** Whether the carrier can tell our calls from others when LiveKit Cloud places them (pure). */
export const judgeRegion = ({ country, hasLogin, now }: RegionFacts): Finding => {
  const { asOf, source, ranges } = STATIC_IP_REGIONS;
  const listed = LISTED.includes(country);
  const where =
    country === ''
      ? 'Calls leave from wherever the request is made'
      : `Calls leave for ${country.toUpperCase()}`;
  const noRange = `${where}, for which LiveKit Cloud publishes no static addresses (as of ${asOf})`;
  if (!listed && !hasLogin) {
    return fail(
      `${noRange}, and the trunk has no login: the carrier has nothing to know us by.`,
      `Ask the carrier for digest authentication and set SIP_TRUNK_USERNAME and SIP_TRUNK_PASSWORD; or set SIP_DESTINATION_COUNTRY to jp or in and have the carrier list ${ranges.join(', ')}; or run livekit-sip on an address of your own.`,
    );
  }
  if (now.getTime() - Date.parse(asOf) > OLD_DAYS * DAY_MS) {
    return warn(
      `What is known of LiveKit’s static addresses is of ${asOf}, more than half a year old.`,
      `Look at ${source} for ${country === '' ? 'your country' : country.toUpperCase()}, and upgrade Outdial.`,
    );
  }
  return pass(
    listed
      ? `${where}, from static addresses (${ranges.join(', ')}, as of ${asOf}).`
      : `${noRange}; the carrier knows us by our login.`,
  );
};

/** SIP_DESTINATION_COUNTRY, or the trunk's own, against LiveKit Cloud's regions with static addresses. */
export const regionCheck: Check = {
  id: 'region',
  run: async (context) => {
    const { settings } = context;
    if (settings.livekitUrl === null) return skipped('LIVEKIT_URL is not set.');
    if (!settings.cloud)
      return skipped('LiveKit is your own: calls leave from the address of its livekit-sip.');
    if (settings.trunk.id === null) {
      const { country, username } = settings.trunk;
      return judgeRegion({ country, hasLogin: username !== null, now: new Date() });
    }
    const trunk = await context.trunk();
    if (trunk === null) return skipped('The trunk is not known.', 'See trunk.');
    const country = trunk.destinationCountry.toLowerCase();
    return judgeRegion({ country, hasLogin: trunk.authUsername !== '', now: new Date() });
  },
};
