import { expect, test } from 'vitest';
import { DESTINATIONS } from '../../apps/bridge/security/tables/destinations.ts';
import { SIP_FIELDS } from '../../apps/bridge/security/tables/sip-fields.ts';
import { inviteCounter, useStack } from '../src/stack.ts';

const BUSY = '0491570157';
const stack = useStack((lab) => ({
  // The lab's own caller ID and nothing else.
  CALLER_IDS_ALLOWED: [lab.env.SIP_FROM_NUMBER, lab.env.SIP_FROM_IDENTITY].filter(Boolean).join(),
  VAD: 'off',
}));

test('a hundred and more destinations, targets and headers that are refused: the carrier hears of none', async () => {
  const invites = await inviteCounter(stack);
  const rows = [...DESTINATIONS, ...SIP_FIELDS];
  for (const { name, body } of rows) {
    const answer = await stack.outdial.request('/dispatch', { method: 'POST', body: JSON.stringify(body) });
    expect([400, 403], name).toContain(answer.status);
  }
  // A call that is placed after them and has ended: they would have been dialled by then.
  const { id } = await stack.outdial.dispatch({ destination: BUSY, account_code: 'after-the-attacks' });
  expect((await stack.outdial.ended(id)).status).toBe('busy');
  expect(await invites()).toBe(1);
  console.log(`${rows.length} refused dispatches at the lab: 0 INVITEs`);
});
