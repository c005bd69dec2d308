import { didYouMean } from './closest.ts';
import { BUILT_IN_PLAYBOOK } from './default-playbook.ts';
import type { Playbook } from './playbook.ts';

/** One file of a playbook folder: a playbook, or the lines that say what is wrong with it. */
export type ShelfEntry =
  | { readonly status: 'ok'; readonly name: string; readonly playbook: Playbook }
  | { readonly status: 'broken'; readonly name: string; readonly problems: readonly string[] };

/** The playbooks that there are. */
export type Shelf = {
  /** By name. */
  readonly entries: readonly ShelfEntry[];
  /** Why the folder could not be read; nothing of it can be used then. */
  readonly problem: string | null;
};

/** The playbook of a call that names none. */
export const DEFAULT_NAME = 'default';

export type FoundPlaybook =
  | { readonly status: 'found'; readonly playbook: Playbook }
  | {
      readonly status: 'refused';
      readonly code: 'playbook_not_found' | 'playbook_broken';
      readonly detail: string;
    };

/**
 * The playbook of that name; `null` names none and means `default`. The built-in default holds only where
 * the folder has no file of that name: one that is broken is never passed over in silence.
 */
export const findPlaybook = (shelf: Shelf, asked: string | null): FoundPlaybook => {
  const name = asked ?? DEFAULT_NAME;
  if (shelf.problem !== null) return { status: 'refused', code: 'playbook_broken', detail: shelf.problem };
  const entry = shelf.entries.find((candidate) => candidate.name === name);
  if (entry?.status === 'ok') return { status: 'found', playbook: entry.playbook };
  if (entry !== undefined) {
    const detail = `The playbook "${name}" cannot be used: ${entry.problems.join(' ')}`;
    return { status: 'refused', code: 'playbook_broken', detail };
  }
  if (name === DEFAULT_NAME) return { status: 'found', playbook: BUILT_IN_PLAYBOOK };
  const names = shelf.entries.map((candidate) => candidate.name);
  const there = [...new Set([DEFAULT_NAME, ...names])];
  const detail = `There is no playbook "${name}".${didYouMean(name, there)} There are ${there.join(', ')}.`;
  return { status: 'refused', code: 'playbook_not_found', detail };
};
