import type { Callback } from '../../answers.ts';
import { endpointOf } from '../../endpoint.ts';
import { type Check, type Finding, pass, skipped, warn } from '../check.ts';
import { pageOf } from '../page-of.ts';

const N8N =
  'n8n gives resume URLs with localhost until its WEBHOOK_URL is set to the address at which others reach it.';

type Letter = Pick<Callback, 'url' | 'last_status' | 'last_error'>;

/** Callbacks that were given up (pure). Of their URLs only the host is shown: a path can hold a secret. */
const judgeDeadLetters = (letters: readonly Letter[]): Finding => {
  const newest = letters[0];
  if (newest === undefined) return pass('No callback was given up.');
  const hosts = [...new Set(letters.map(({ url }) => endpointOf(url)?.host ?? 'an address that is no URL'))];
  const last =
    newest.last_status === null ? (newest.last_error ?? 'no answer') : `HTTP ${newest.last_status}`;
  const local = hosts.some((host) => /^(localhost|127\..*|::1)$/.test(host));
  return warn(
    `Callbacks to ${hosts.join(', ')} were given up, the newest after ${last}.`,
    `${local ? `${N8N} ` : ''}See outdial callbacks --status dead; mend the receiver, then outdial callbacks replay --dead.`,
  );
};

/** Dead letters, from the bridge's records. */
export const deadLettersCheck: Check = {
  id: 'dead-letters',
  run: async ({ bridge }) => {
    const letters = pageOf<Callback>(await bridge('/callbacks?status=dead&limit=20'));
    return letters === null
      ? skipped('The records cannot be read.', 'See bridge and bridge-key.')
      : judgeDeadLetters(letters);
  },
};
