import { expect, test } from 'vitest';
import { testCall } from '../../test/call.ts';
import { createCallRig } from '../../test/call-rig.ts';
import { sentencesFor } from './sentences.ts';

test('every sentence is there in each language, and none twice', () => {
  const said = ['en', 'de', 'es', 'fr', 'it'].flatMap((language) =>
    Object.values({ ...sentencesFor(language), timeLeft: sentencesFor(language).timeLeft(30) }),
  );
  expect(said).toHaveLength(35);
  expect(new Set(said).size).toBe(said.length);
});

test('an unknown language is spoken to in English', () => {
  expect(sentencesFor('pt-BR')).toBe(sentencesFor('en'));
});

test('a transfer is announced in the language of the playbook', async () => {
  const { playbook } = testCall();
  const rig = createCallRig({
    call: { playbook: { ...playbook, language: 'de-DE' } },
    env: { TRANSFER_MODE: 'refer' },
  });
  await rig.answer();
  const answer = rig.transfer('default');
  rig.referResult({ status: 'accepted' });
  expect(await answer).toEqual({ status: 'done' });
  expect(rig.seen.said[0]).toBe('Einen Moment bitte, ich verbinde Sie jetzt.');
  await rig.done;
});
