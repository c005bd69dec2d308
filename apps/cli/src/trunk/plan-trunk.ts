import { CliError } from '../errors.ts';
import type { Trunk, TrunkSettings, WantedTrunk } from './trunk.ts';

/** One thing that is otherwise in LiveKit than in the environment. Secrets stand as words. */
export type TrunkChange = {
  readonly field: keyof TrunkSettings | 'name';
  readonly from: string;
  readonly to: string;
};

/** What has to be done so that LiveKit's trunk is as the environment says. */
export type TrunkPlan = {
  /** `null`: there is none yet. */
  readonly trunk: Trunk | null;
  readonly changes: readonly TrunkChange[];
  /** What a person has to know beside the changes. */
  readonly notes: readonly string[];
};

const NOTHING = 'none';

const shown = (value: string | readonly string[]): string => {
  const text = typeof value === 'string' ? value : value.join(', ');
  return text === '' ? NOTHING : text;
};

const FIELDS = ['address', 'transport', 'numbers', 'username', 'fromHost', 'country', 'codecs'] as const;

const passwordChange = (now: Trunk | null, wanted: WantedTrunk, send: boolean): TrunkChange[] => {
  if (wanted.password === '' || now?.password === wanted.password) return [];
  if (now === null) return [{ field: 'password', from: NOTHING, to: 'set' }];
  if (now.password !== '') return [{ field: 'password', from: 'another', to: 'set' }];
  // Nothing is shown: it may have none, or LiveKit may keep it to itself.
  if (now.username === '') return [{ field: 'password', from: NOTHING, to: 'set' }];
  return send ? [{ field: 'password', from: 'not shown', to: 'set' }] : [];
};

const notesOn = (trunk: Trunk, wanted: WantedTrunk, changes: readonly TrunkChange[]): string[] => {
  const notes: string[] = [];
  const hidden = wanted.password !== '' && trunk.password === '';
  if (hidden && !changes.some(({ field }) => field === 'password')) {
    notes.push('LiveKit does not show the password of this trunk; --send-password sets it anew.');
  }
  if (wanted.username === '' && trunk.username !== '') {
    notes.push('It has a login and SIP_TRUNK_USERNAME is not set: the login stays as it is.');
  }
  if (trunk.foreign.length > 0) notes.push(`Kept as it is: ${trunk.foreign.join(', ')}.`);
  return notes;
};

/**
 * Compares. A login that the environment does not name is kept, as it may stand in LiveKit alone; everything else is as
 * the environment says. A password that LiveKit does not show is sent only with `sendPassword`.
 */
export const planTrunk = (trunk: Trunk | null, wanted: WantedTrunk, sendPassword = false): TrunkPlan => {
  const changes: TrunkChange[] = [];
  if (wanted.name !== null && wanted.name !== trunk?.name) {
    changes.push({ field: 'name', from: shown(trunk?.name ?? ''), to: wanted.name });
  }
  for (const field of FIELDS) {
    const from = shown(trunk?.[field] ?? '');
    const to = shown(wanted[field]);
    if (field === 'username' && wanted.username === '') continue;
    if (from !== to) changes.push({ field, from, to });
  }
  changes.push(...passwordChange(trunk, wanted, sendPassword));
  return { trunk, changes, notes: trunk === null ? [] : notesOn(trunk, wanted, changes) };
};

/**
 * The trunk to change: the one of `SIP_TRUNK_ID`, else the one of that name, else none.
 *
 * @throws CliError when the id is not there or the name is there twice.
 */
export const findTrunk = (trunks: readonly Trunk[], id: string | null, name: string): Trunk | null => {
  if (id !== null) {
    const found = trunks.find((trunk) => trunk.id === id);
    if (found !== undefined) return found;
    throw new CliError(
      `LiveKit has no outbound trunk ${id}. Correct SIP_TRUNK_ID, or unset it to have a trunk made.`,
    );
  }
  const named = trunks.filter((trunk) => trunk.name === name);
  if (named.length > 1) {
    throw new CliError(
      `LiveKit has ${named.length} outbound trunks called "${name}" (${named.map((trunk) => trunk.id).join(', ')}). Set SIP_TRUNK_ID to the one that is meant.`,
    );
  }
  return named[0] ?? null;
};
