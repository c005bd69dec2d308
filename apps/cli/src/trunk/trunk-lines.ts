import { printable } from '../layout.ts';
import type { TrunkPlan } from './plan-trunk.ts';

const LABELS = {
  name: 'name',
  address: 'address',
  transport: 'transport',
  numbers: 'numbers',
  username: 'username',
  password: 'password',
  fromHost: 'from host',
  country: 'country',
  codecs: 'codecs only',
} as const;

const WIDTH = Math.max(...Object.values(LABELS).map((label) => label.length));

/** A plan for a person: what is there, what changes, what to know. */
export const planLines = ({ trunk, changes, notes }: TrunkPlan): string => {
  const heading =
    trunk === null
      ? 'LiveKit has no such trunk. To be made:'
      : changes.length === 0
        ? `${trunk.id} (${printable(trunk.name)}) is as the environment says: nothing to do.`
        : `${trunk.id} (${printable(trunk.name)}), to be changed:`;
  const rows = changes.map(({ field, from, to }) => {
    const label = LABELS[field].padEnd(WIDTH);
    return `  ${label}  ${trunk === null ? printable(to) : `${printable(from)} → ${printable(to)}`}`;
  });
  return [heading, ...rows, ...notes.map((note) => `  ${printable(note)}`)].join('\n');
};
