import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { readSipVersion } from '../probes/sip-program.ts';
import { reaches } from '../version-floor.ts';

/** Below it a 200 that crosses our CANCEL leaves an orphan leg, and the maximum duration is not kept. */
export const SIP_FLOOR = '1.9.0';

const MEND = `Upgrade livekit-sip to ${SIP_FLOOR} or newer.`;

/** Whether livekit-sip is new enough (pure). `version` is `null` when its program did not tell. In the lab it only warns. */
export const judgeSipVersion = (version: string | null, lab: boolean): Finding => {
  const enough = version === null ? null : reaches(version, SIP_FLOOR);
  if (version === null || enough === null) {
    return warn(
      `The livekit-sip program does not tell its version${version === null ? '' : ` (${version})`}.`,
      `Look up which one is installed; ${SIP_FLOOR} is the least.`,
    );
  }
  if (enough) return pass(`livekit-sip is ${version}; ${SIP_FLOOR} is the least.`);
  return (lab ? warn : fail)(
    `livekit-sip is ${version}, older than ${SIP_FLOOR}: a call that is canceled while it is answered can leave a leg behind, and LiveKit’s own maximum duration is not kept.`,
    MEND,
  );
};

/** The version of livekit-sip, which tells it to nobody on the network: only its program can be asked. */
export const sipVersionCheck: Check = {
  id: 'sip-version',
  run: async ({ settings, livekitSip, timeoutMs }) => {
    if (livekitSip !== null)
      return judgeSipVersion(await readSipVersion(livekitSip, timeoutMs), settings.lab);
    if (settings.cloud) return skipped('On LiveKit Cloud livekit-sip is LiveKit’s own.');
    return skipped(
      'livekit-sip tells its version neither in LiveKit’s API nor in SIP.',
      `Where it is installed: outdial doctor --livekit-sip /path/to/livekit-sip, or livekit-sip --version; ${SIP_FLOOR} is the least.`,
    );
  },
};
