import type { SIPOutboundTrunkInfo } from 'livekit-server-sdk';
import { type Check, type Finding, skipped } from './check.ts';
import type { Settings } from './settings.ts';

/** A check of the trunk that SIP_TRUNK_ID names; where it is not set, `unset` is said. */
export const trunkCheckOf = (
  id: string,
  unset: string,
  judge: (trunk: SIPOutboundTrunkInfo, settings: Settings) => Finding,
): Check => ({
  id,
  run: async (context) => {
    if (context.settings.trunk.id === null) return skipped(unset);
    const trunk = await context.trunk();
    return trunk === null ? skipped('The trunk is not known.', 'See trunk.') : judge(trunk, context.settings);
  },
});
