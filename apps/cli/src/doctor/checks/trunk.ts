import { type Check, type Finding, fail, pass, skipped, warn } from '../check.ts';
import type { Trunks } from '../context.ts';
import type { Settings } from '../settings.ts';

const MEND = 'Make one with outdial trunk apply, or take the id of one that is there (lk sip outbound list).';

const judgeInline = ({ trunk }: Settings): Finding => {
  if (trunk.host === null)
    return fail('Neither SIP_TRUNK_ID nor SIP_TRUNK_HOST is set: there is no trunk to dial over.', MEND);
  const way = `${trunk.host} by ${trunk.transport ?? 'udp'}`;
  if ((trunk.username === null) !== !trunk.hasPassword) {
    return fail(
      `The trunk to ${way} has ${trunk.username === null ? 'a password without a login' : 'a login without a password'}.`,
      'Set SIP_TRUNK_USERNAME and SIP_TRUNK_PASSWORD, or neither where the carrier knows us by our address.',
    );
  }
  return pass(
    `The trunk is sent with each call: ${way}, ${trunk.username === null ? 'without a login' : 'with a login'}.`,
  );
};

/** Whether there is a trunk to dial over (pure). */
const judgeTrunk = (settings: Settings, trunks: Trunks): Finding => {
  const { id } = settings.trunk;
  if (id === null) return judgeInline(settings);
  if (trunks.status !== 'listed') return skipped('The trunks cannot be listed.', 'See livekit-key.');
  const found = trunks.trunks.find(({ sipTrunkId }) => sipTrunkId === id);
  if (found === undefined) {
    const there = trunks.trunks.map(({ sipTrunkId, name }) =>
      name === '' ? sipTrunkId : `${sipTrunkId} (${name})`,
    );
    return fail(
      `LiveKit has no outbound trunk ${id}${there.length === 0 ? ', and no other' : `; it has ${there.join(', ')}`}.`,
      MEND,
    );
  }
  if (found.address === '')
    return warn(`The trunk ${id} has no address.`, 'Give it one: outdial trunk apply.');
  return pass(`LiveKit has the trunk ${id}${found.name && ` (${found.name})`}, to ${found.address}.`);
};

/** The trunk itself. */
export const trunkCheck: Check = {
  id: 'trunk',
  run: async ({ settings, trunks }) =>
    judgeTrunk(settings, settings.trunk.id === null ? { status: 'not_set' } : await trunks()),
};
