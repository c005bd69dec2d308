import { expect, test, vi } from 'vitest';
import { createTurnStates } from './turn-states.ts';

const rig = () => {
  const silence = { quiet: vi.fn(), sound: vi.fn() };
  const last = () => {
    const calls = [silence.quiet, silence.sound].map((one) => one.mock.invocationCallOrder.at(-1) ?? 0);
    return (calls[0] ?? 0) > (calls[1] ?? 0) ? 'quiet' : 'sound';
  };
  return { states: createTurnStates(silence), last };
};

test('before the answer nothing is silence', () => {
  const { states, last } = rig();
  states.agent('listening');
  expect(last()).toBe('sound');
  states.listen();
  expect(last()).toBe('quiet');
});

test.each([
  ['listening', 'listening', 'quiet'],
  ['listening', 'away', 'quiet'],
  ['listening', 'speaking', 'sound'],
  ['thinking', 'listening', 'sound'],
  ['speaking', 'listening', 'sound'],
  ['speaking', 'speaking', 'sound'],
] as const)('agent %s, callee %s: %s', (agent, user, heard) => {
  const { states, last } = rig();
  states.listen();
  states.agent(agent);
  states.user(user);
  expect(last()).toBe(heard);
  expect(states.isFree()).toBe(heard === 'quiet');
});
