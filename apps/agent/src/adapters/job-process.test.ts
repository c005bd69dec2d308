import { EventEmitter } from 'node:events';
import { createLogger } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { createCallEnd } from '../call-end.ts';
import { endBeforeExit, guardJob } from './job-process.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

test.each([
  ['a worker that dies', 'disconnect', undefined, 'died'],
  ['a worker that shuts down', 'message', { case: 'shutdownRequest' }, 'shut down'],
  ['an exception of our own', 'uncaughtException', new Error('boom'), 'boom'],
])('%s ends the call in order', async (_what, event, argument, words) => {
  const end = createCallEnd();
  const job = new EventEmitter();
  guardJob(end, log, job);
  job.emit(event, argument);
  expect(end.current()).toMatchObject({ reason: 'agent_error', message: expect.stringContaining(words) });
});

test('other words of the worker end nothing', () => {
  const end = createCallEnd();
  const job = new EventEmitter();
  guardJob(end, log, job);
  job.emit('message', { case: 'pingRequest', value: { timestamp: 1 } });
  expect(end.current()).toBeNull();
});

test('a process that is told to exit ends its call first', async () => {
  const end = createCallEnd();
  const over = Promise.withResolvers<void>();
  const codes: (number | undefined)[] = [];
  const job = { exit: (code?: number) => codes.push(code) };
  endBeforeExit(end, over.promise, job);
  job.exit(0);
  expect(end.current()).toMatchObject({ reason: 'agent_error' });
  await new Promise(setImmediate);
  expect(codes).toEqual([]);
  over.resolve();
  await expect.poll(() => codes).toEqual([0]);
});
