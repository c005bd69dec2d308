import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../ports.ts';
import { translateStoreErrors } from './store-error.ts';

const coded = (code: string): Error => Object.assign(new Error('x'), { code });

test.each([
  coded('ECONNREFUSED'),
  coded('08006'),
  coded('57P01'),
  coded('53300'),
  coded('25006'),
  coded('ENOSPC'),
  new AggregateError([coded('ECONNREFUSED')]),
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
  new Error('PGlite is closed'),
  new Error('wrapped', { cause: coded('ECONNRESET') }),
])('%s means that the database is away', async (error) => {
  await expect(translateStoreErrors(() => Promise.reject(error))).rejects.toBeInstanceOf(StoreUnavailable);
});

test.each([coded('23505'), coded('42601'), new TypeError('x is undefined')])(
  '%s stays what it is',
  async (error) => {
    await expect(translateStoreErrors(() => Promise.reject(error))).rejects.toBe(error);
  },
);
