import packageJson from '../../../package.json' with { type: 'json' };
import { type Check, type Finding, pass, skipped, warn } from '../check.ts';
import { fieldOf, type HttpAnswer } from '../probes/http.ts';

const versionOf = (answer: HttpAnswer): string | null => {
  const info = fieldOf(answer, 'info');
  return typeof info === 'object' && info !== null && 'version' in info ? String(info.version) : null;
};

/** The bridge's version, as its OpenAPI page says it, against ours (pure). */
const judgeBridgeVersion = (answer: HttpAnswer, own: string): Finding => {
  const version = versionOf(answer);
  if (version === null) return skipped('The bridge’s version was not told.', 'See bridge and bridge-key.');
  return version === own
    ? pass(`Bridge and command line are both ${own}.`)
    : warn(
        `The bridge is ${version}, this command line is ${own}.`,
        'Install one release everywhere and restart bridge and agent; a release’s bridge and agent belong together.',
      );
};

/** One release everywhere. */
export const bridgeVersionCheck: Check = {
  id: 'bridge-version',
  run: async ({ bridge }) => judgeBridgeVersion(await bridge('/openapi.json'), packageJson.version),
};
