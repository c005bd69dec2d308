import { expect, test } from 'vitest';
import { pressKeys } from './press-keys.ts';

test('keys are sent one after the other, w is a pause', async () => {
  const steps: string[] = [];
  const publishDtmf = async (code: number, key: string) => void steps.push(`${key}=${code}`);
  const room = { localParticipant: { publishDtmf } } as unknown as Parameters<typeof pressKeys>[0];
  await pressKeys(room, '1w0*#', async (ms) => void steps.push(`${ms} ms`));
  expect(steps).toEqual(['1=1', '550 ms', '500 ms', '0=0', '550 ms', '*=10', '550 ms', '#=11', '550 ms']);
});
