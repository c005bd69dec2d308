import fc from 'fast-check';
import type { Rig, World } from './world.ts';

/** One thing that somebody does. `racing`: others act at the same time, so it must not move the clock. */
export type Verb = {
  readonly name: string;
  readonly run: (world: World, rig: Rig, racing: boolean) => Promise<void>;
};

/** A verb with what is random about it. */
export const verb = <Args extends object>(
  name: string,
  args: { [Name in keyof Args]: fc.Arbitrary<Args[Name]> },
  run: (args: Args, world: World, rig: Rig, racing: boolean) => Promise<void>,
): fc.Arbitrary<Verb> =>
  fc.record<Args>(args).map((drawn) => ({
    name: `${name} ${JSON.stringify(drawn)}`,
    run: (world, rig, racing) => run(drawn as Args, world, rig, racing),
  }));

/** Which of those that are there; taken modulo their number. */
export const pick = fc.nat({ max: 99 });
/** Which bridge. */
export const bridge = fc.nat({ max: 1 });
