import type { Queue } from '../answers.ts';
import { facts, table } from '../layout.ts';
import { show, type Verb, withJson } from '../verb.ts';
import { pauseLine } from './pause.ts';

const queueLines = ({ pause, trunk, waiting, live, places, next }: Queue): string => {
  const counts = facts([
    ['trunk', trunk],
    ['places', `${places.used} of ${places.of}`],
    ['live', live],
    ['wait for an agent', waiting.dispatched],
    ['due', waiting.due],
    ['scheduled', waiting.scheduled],
  ]);
  const calls = table(
    ['ID', 'DESTINATION', 'ACCOUNT', 'SCHEDULED FOR', 'NOT AFTER'],
    next.map((call) => [call.id, call.destination, call.account_code, call.scheduled_for, call.not_after]),
  );
  return [
    ...(pause === null ? [] : [pauseLine(pause)]),
    counts,
    ...(next.length === 0 ? [] : ['', calls]),
  ].join('\n');
};

/** `outdial queue`: what waits, and whether dialling is paused. */
export const queueVerb: Verb = (program, deps) => {
  withJson(
    program
      .command('queue')
      .description('whether dialling is paused, what waits, and which places are taken'),
  ).action(async (options: { readonly json?: true }) => {
    show(deps, options, await deps.bridge().get<Queue>('/queue'), queueLines);
  });
};
