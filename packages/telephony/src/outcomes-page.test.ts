import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { END_REASON_NAMES, END_REASONS, type Verdict } from './end-reason.ts';
import { endReasonForSip } from './sip-status.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/outcomes.md'), 'utf8');

/** The cells of every row of the table whose first column has this heading. */
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

const both = (usual: string | null, answered: string | null | undefined): string =>
  answered === undefined || answered === usual
    ? (usual ?? '–')
    : `${usual ?? '–'}, answered: ${answered ?? '–'}`;

test('the page has every end reason, as the code has it', () => {
  const rows = table('end_reason').map(([name, , ...rest]) => [name, ...rest]);
  expect(rows).toEqual(
    END_REASON_NAMES.map((name) => {
      const entry: Verdict & { whenAnswered?: Verdict } = END_REASONS[name];
      const { whenAnswered: answered } = entry;
      return [
        `\`${name}\``,
        both(entry.status, answered?.status),
        both(entry.blame, answered?.blame),
        entry.retry,
        entry.message,
      ];
    }),
  );
});

test('the page says of each SIP answer what the code makes of it', () => {
  const rows = table('SIP');
  for (const [answer = '', reason] of rows) {
    const [status, ...phrase] = answer.split(' ');
    const { end_reason } = endReasonForSip({
      sipStatus: Number(status),
      sipReason: phrase.join(' '),
      rang: false,
      errorText: null,
    });
    expect(`${answer}: \`${end_reason}\``).toBe(`${answer}: ${reason}`);
  }
});

test('a SIP answer that the page does not name is what its class is', () => {
  const named = new Set(table('SIP').map(([answer = '']) => Number(answer.split(' ')[0])));
  for (let status = 300; status < 700; status += 1) {
    if (named.has(status)) continue;
    const { end_reason } = endReasonForSip({
      sipStatus: status,
      sipReason: '',
      rang: false,
      errorText: null,
    });
    const byClass = status < 500 ? 'carrier_refused' : status < 600 ? 'carrier_error' : 'declined';
    expect(`${status} ${end_reason}`).toBe(`${status} ${byClass}`);
  }
});
