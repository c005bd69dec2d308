import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import { fieldOf, type HttpAnswer } from '../probes/http.ts';

const MEND =
  'Put the secret of one entry of the bridge’s BRIDGE_API_KEYS (name:secret:dispatch+read+admin) into OUTDIAL_API_KEY, and restart the bridge after a change of its keys.';

/** The answers to one harmless request of each scope. */
type KeyAnswers = Readonly<Record<'read' | 'dispatch' | 'admin', HttpAnswer>>;

const isRefusal = (answer: HttpAnswer): boolean => answer.status === 'answered' && answer.code === 403;
// A 403 can also be the address's doing, or a guard rail's.
const lacksScope = (answer: HttpAnswer): boolean =>
  isRefusal(answer) && fieldOf(answer, 'code') === 'scope_missing';
const messageOf = (answer: HttpAnswer): string => String(fieldOf(answer, 'message') ?? 'HTTP 403');

/** Which scopes the key of the command line has (pure). */
const judgeBridgeKey = (answers: KeyAnswers): Finding => {
  const entries = Object.entries(answers);
  const away = entries.some(([, answer]) => answer.status === 'away');
  if (away) return skipped('No bridge answers.', 'See bridge.');
  const codes = entries.map(
    ([scope, answer]) => [scope, answer.status === 'answered' ? answer.code : 0] as const,
  );
  if (codes.some(([, code]) => code === 401))
    return fail('The bridge does not know the key of OUTDIAL_API_KEY.', MEND);
  if (codes.some(([, code]) => code === 429)) {
    return skipped(
      'The bridge takes no more requests from here for a while.',
      'Wait a minute and run it again.',
    );
  }
  const refused = entries.find(([, answer]) => isRefusal(answer) && !lacksScope(answer));
  if (refused !== undefined) {
    return fail(
      `The bridge refuses requests of this key from here: ${messageOf(refused[1])}`,
      'Change what it names in the bridge’s environment, or run the doctor where requests are taken from.',
    );
  }
  const lacking = entries.filter(([, answer]) => lacksScope(answer)).map(([scope]) => scope);
  const has = entries.filter(([, answer]) => !lacksScope(answer)).map(([scope]) => scope);
  if (lacking.includes('read') || lacking.includes('dispatch')) {
    return warn(`The key lacks the scope ${lacking.join(' and ')}.`, MEND);
  }
  return pass(`The bridge takes the key, with the scopes ${has.join(', ')}.`);
};

/** OUTDIAL_API_KEY, by requests that change nothing: the list of one call, a call without a number, a letter that is not there. */
export const bridgeKeyCheck: Check = {
  id: 'bridge-key',
  run: async ({ settings, bridge, bridgePost }) => {
    if (settings.apiKey === null) {
      return warn('OUTDIAL_API_KEY is not set: the records and the key were not looked at.', MEND);
    }
    const [read, dispatch, admin] = await Promise.all([
      bridge('/calls?limit=20'),
      bridgePost('/dispatch'),
      bridgePost('/callbacks/cb_doctor/replay'),
    ]);
    return judgeBridgeKey({ read, dispatch, admin });
  },
};
