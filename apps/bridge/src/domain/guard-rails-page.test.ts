import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aChoice, settings, T0 } from '../../test/fixtures.ts';
import { worstDay } from '../../test/worst-day.ts';
import { ERRORS, RAIL_ERRORS } from '../errors.ts';
import { railEnvironment } from '../rail-environment.ts';
import { planCall } from './plan-call.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/guard-rails.md'), 'utf8');

/** The cells of every row of the table whose heading begins so. */
const table = (heading: string): string[][] => {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  );
};
const codes = (text: string): string[] => [...text.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code);

const FIELDS = ['transfer_target', 'playbook', 'not_after', 'callback_url'];

test('the page has the rails in the order of the code', () => {
  const { verdicts } = planCall(
    { destination: '0491 570 156', caller_id: 'Nehos' },
    settings(),
    T0,
    aChoice(),
  );
  const rails = verdicts.map(({ rail }) => rail).filter((rail) => !FIELDS.includes(rail));
  const rows = table('check').flatMap(([check = '']) => codes(check));
  expect(rows.filter((rail) => !FIELDS.includes(rail))).toEqual(rails);
});

test('the page has every code that a rail answers 403 with', () => {
  const rows = table('check').flatMap(([, code = '']) => codes(code));
  const refusals = Object.entries(RAIL_ERRORS)
    .filter(([code, { status }]) => status === 403 && !code.startsWith('callback_'))
    .map(([code]) => code);
  expect(rows).toEqual(expect.arrayContaining(refusals));
  for (const code of rows) expect(ERRORS).toHaveProperty(code);
});

test('the page names every setting, with its default', () => {
  for (const name of Object.keys(railEnvironment))
    expect(page).toContain(name.replace(/_BY_(KEY|ACCOUNT)$/, ''));
  const settingsOf = table('check')
    .map((cells) => cells.at(-1) ?? '')
    .join('\n');
  for (const [, name = '', value] of settingsOf.matchAll(/`([A-Z_]+)` \((\d+)\)/g)) {
    const field = railEnvironment[name as keyof typeof railEnvironment];
    expect([name, field.meta()?.default]).toEqual([name, value]);
  }
});

test('the worst day is what the arithmetic makes of the defaults', () => {
  const callsPerDay = Number(railEnvironment.MAX_CALLS_PER_DAY.meta()?.default);
  const own = { places: 4, callsPerDay, longestCallMinutes: 240 };
  const carrier = { places: 10, callsPerDay: 2 * callsPerDay, longestCallMinutes: 240 };
  const told = ({ minutes, cost }: ReturnType<typeof worstDay>): string =>
    `${minutes.toLocaleString('en-US')} min, ${cost.toLocaleString('en-US', { minimumFractionDigits: 2 })}`;
  const rows = table('price a minute');
  expect(rows).toHaveLength(4);
  for (const [price = '', bridge, refer] of rows) {
    const prices = { perMinute: Number.parseFloat(price), perCall: 0 };
    expect([price, bridge, refer]).toEqual([
      price,
      told(worstDay(own, prices)),
      told(worstDay(carrier, prices)),
    ]);
  }
});

test('short calls bound the day by their number, and a fee for each is added', () => {
  const limits = { places: 4, callsPerDay: 100, longestCallMinutes: 14 };
  expect(worstDay(limits, { perMinute: 0.1, perCall: 0.2 })).toEqual({ minutes: 1_400, cost: 160 });
  expect(worstDay({ ...limits, places: 1, longestCallMinutes: 60 }, { perMinute: 1, perCall: 0 })).toEqual({
    minutes: 1_540,
    cost: 1_540,
  });
});
