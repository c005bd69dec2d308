/** What a cell can hold; `null` is shown as "-". */
export type Cell = string | number | null;

/** What a carrier, a receiver or a callee gave must not move the cursor of this terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

const shown = (cell: Cell): string => (cell === null ? '-' : printable(String(cell)));

/** Rows under a heading, aligned. One line a row. */
export const table = (heading: readonly string[], rows: readonly (readonly Cell[])[]): string => {
  const lines = [heading, ...rows.map((row) => row.map(shown))];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** Names and values, aligned, without those that are `null`. */
export const facts = (entries: readonly (readonly [string, Cell])[]): string => {
  const known = entries.filter(([, value]) => value !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`).join('\n');
};
