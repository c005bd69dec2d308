import { expect, test } from 'vitest';
import { offeredCodecs } from './codec-offer.ts';

test('codecs that are listed are offered alone, with DTMF once and last', () => {
  expect(offeredCodecs(['PCMA'])).toEqual(['PCMA', 'telephone-event']);
  expect(offeredCodecs(['telephone-event', 'PCMA', 'PCMU'])).toEqual(['PCMA', 'PCMU', 'telephone-event']);
});

test('with no list it is LiveKit’s own', () => {
  expect(offeredCodecs([])).toEqual(['G722', 'PCMU', 'PCMA', 'telephone-event']);
});
