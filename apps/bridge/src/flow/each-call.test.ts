import { createLogger } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { aCall } from '../../test/fixtures.ts';
import { StoreUnavailable } from '../ports.ts';
import { eachCall } from './each-call.ts';

const logged: string[] = [];
const log = createLogger(
  { name: 'test', level: 'info', logPii: false },
  { write: (line) => logged.push(line) },
);

test('what fails for one call is logged and keeps no other', async () => {
  const [one, two] = [aCall(), aCall()];
  const done: string[] = [];
  await eachCall(log, [one, two], async ({ id }) => {
    if (id === one.id) throw new Error('500 of this room');
    done.push(id);
  });
  expect(done).toEqual([two.id]);
  expect(logged.join()).toContain(one.id);
});

test('a database that is away still ends the round', async () => {
  const [one, two] = [aCall(), aCall()];
  const done: string[] = [];
  const work = eachCall(log, [one, two], async ({ id }) => {
    if (id === one.id) throw new StoreUnavailable(null);
    done.push(id);
  });
  await expect(work).rejects.toBeInstanceOf(StoreUnavailable);
  expect(done).toEqual([two.id]);
});
