import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { askServerVersion, type ServerVersion } from '../probes/server-version.ts';
import { reaches } from '../version-floor.ts';

/** Below it a dial request may be repeated inside LiveKit (1.9.11 broke waiting for the answer). */
export const SERVER_FLOOR = '1.9.12';

/** Whether livekit-server is new enough to be dialled with (pure). In the lab it only warns. */
export const judgeServerVersion = (told: ServerVersion, lab: boolean): Finding => {
  if (told.status === 'silent') {
    return skipped(`LiveKit did not tell its version: ${told.reason}.`, 'See livekit-key.');
  }
  if (told.cloud) return pass(`LiveKit Cloud, version ${told.version}${told.region && `, ${told.region}`}.`);
  const enough = reaches(told.version, SERVER_FLOOR);
  const seen = `livekit-server is ${told.version}`;
  if (enough === null) return skipped(`${seen}, which cannot be compared with ${SERVER_FLOOR}.`);
  if (enough) return pass(`${seen}; ${SERVER_FLOOR} is the least.`);
  return (lab ? warn : fail)(
    `${seen}, older than ${SERVER_FLOOR}: a call may be dialled twice.`,
    `Upgrade livekit-server to ${SERVER_FLOOR} or newer.`,
  );
};

/** The version of livekit-server, from the place where workers register. */
export const livekitVersionCheck: Check = {
  id: 'livekit-version',
  run: async ({ livekit, settings, timeoutMs }) =>
    livekit === null
      ? skipped('LiveKit’s address and key are not all set.')
      : judgeServerVersion(await askServerVersion(livekit, timeoutMs), settings.lab),
};
