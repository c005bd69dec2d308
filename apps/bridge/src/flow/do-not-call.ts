import type { DoNotCallEntry, NewDoNotCall } from '../domain/do-not-call-entry.ts';
import { DO_NOT_CALL } from '../domain/guard-rails.ts';
import type { CallStore, DoNotCallStore } from '../ports.ts';
import { applyEvent } from './advance.ts';

type Deps = { readonly calls: CallStore; readonly doNotCall: DoNotCallStore };

// A call that is not found here is accepted or dispatched at this moment: the dispatch and the grant ask again.
const blockWaiting = async ({ calls, doNotCall }: Deps): Promise<number> => {
  let blocked = 0;
  for (const id of await doNotCall.findWaiting()) {
    const advanced = await applyEvent(calls, id, { type: 'blocked', message: DO_NOT_CALL });
    if (advanced?.ended === true) blocked += 1;
  }
  return blocked;
};

/** Puts a number on the do-not-call list; calls to it that nobody was allowed to dial yet end `blocked`. */
export const listNumber = async (
  deps: Deps,
  asked: NewDoNotCall,
): Promise<{ readonly entry: DoNotCallEntry; readonly added: boolean; readonly blocked: number }> => {
  const put = await deps.doNotCall.put(asked);
  return { ...put, blocked: await blockWaiting(deps) };
};

/** Puts the numbers of a file on the do-not-call list, all of them or, if the database fails, none. */
export const listNumbers = async (
  deps: Deps,
  entries: readonly NewDoNotCall[],
): Promise<{ readonly added: number; readonly blocked: number }> => {
  const added = entries.length === 0 ? 0 : await deps.doNotCall.addAll(entries);
  return { added, blocked: await blockWaiting(deps) };
};
