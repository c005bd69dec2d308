import fc from 'fast-check';
import * as by from './bridge-verbs.ts';
import * as callback from './callback-verbs.ts';
import * as caller from './caller-verbs.ts';
import { checkPromise } from './invariants.ts';
import * as job from './job-verbs.ts';
import * as leg from './leg-verbs.ts';
import type { Verb } from './verb.ts';
import type { Rig, World } from './world.ts';

type Weighted = readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Verb> }[];

// What can happen at the same moment as anything else.
const RACERS: Weighted = [
  { weight: 6, arbitrary: caller.accept },
  { weight: 1, arbitrary: caller.cancel },
  { weight: 1, arbitrary: caller.retry },
  { weight: 2, arbitrary: callback.deliver },
  { weight: 1, arbitrary: callback.replay },
  { weight: 5, arbitrary: by.dispatchRound },
  { weight: 3, arbitrary: by.redispatchRound },
  { weight: 3, arbitrary: by.care },
  { weight: 9, arbitrary: job.ask },
  { weight: 8, arbitrary: job.report },
  { weight: 2, arbitrary: job.lateReport },
  { weight: 2, arbitrary: job.result },
  { weight: 1, arbitrary: job.hint },
  { weight: 8, arbitrary: leg.askLeg },
];

/** Two to five at once, on either bridge. */
const race = fc.array(fc.oneof(...RACERS), { minLength: 2, maxLength: 5 }).map(
  (verbs): Verb => ({
    name: `race [${verbs.map(({ name }) => name).join(', ')}]`,
    run: async (world, rig) => {
      const results = await Promise.allSettled(verbs.map((verb) => verb.run(world, rig, true)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  }),
);

/** A call that goes well for as long as nothing else happens to it, and may be asked for again. */
const story = fc
  .tuple(
    caller.accept,
    by.dispatchRound,
    job.ask,
    fc.oneof(job.report, leg.askLeg),
    job.report,
    job.report,
    caller.accept,
  )
  .map(
    (verbs): Verb => ({
      name: `story [${verbs.map(({ name }) => name).join(', ')}]`,
      run: async (world, rig) => {
        for (const verb of verbs) {
          await verb.run(world, rig, false);
          await checkPromise(world, rig);
        }
      },
    }),
  );

const VERBS: Weighted = [
  ...RACERS,
  { weight: 6, arbitrary: story },
  { weight: 6, arbitrary: race },
  { weight: 3, arbitrary: job.dialLater },
  { weight: 1, arbitrary: job.strangersReport },
  { weight: 2, arbitrary: job.room },
  { weight: 2, arbitrary: job.lateLeg },
  { weight: 3, arbitrary: by.wait },
  { weight: 1, arbitrary: by.deadline },
  { weight: 3, arbitrary: by.fault },
  { weight: 1, arbitrary: by.death },
  { weight: 1, arbitrary: by.livekit },
];

const toCommand = ({ name, run }: Verb): fc.AsyncCommand<World, Rig> => ({
  check: () => true,
  run: async (world, rig) => {
    rig.counts.commands += 1;
    await run(world, rig, false);
    await checkPromise(world, rig);
  },
  toString: () => name,
});

/** Runs of things that happen, each held against the promise. */
export const histories = (length: number) =>
  fc.commands([fc.oneof(...VERBS).map(toCommand)], { maxCommands: length, size: 'max' });
