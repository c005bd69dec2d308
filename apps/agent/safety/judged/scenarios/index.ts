import type { Scenario } from '../scenario.ts';
import { GROUNDING } from './grounding.ts';
import { INJECTIONS } from './injections.ts';
import { PEOPLE } from './people.ts';
import { REFUSALS } from './refusals.ts';

/** Every conversation that the agent must come through. */
export const SCENARIOS: readonly Scenario[] = [...GROUNDING, ...REFUSALS, ...PEOPLE, ...INJECTIONS];
