import { parseArgs } from 'node:util';

/** The parts that can be measured. */
export const PARTS = ['voice'] as const;
export type Part = (typeof PARTS)[number];

export type BenchOptions = {
  readonly parts: readonly Part[];
  readonly calls: number;
  readonly write: boolean;
};

const USAGE = `pnpm bench [${PARTS.join('|')}] [--calls N] [--write]

  without a part   all of them
  --calls N        calls of each side that count; default 10
  --write          puts the table into docs/performance.md`;

/** Reads the command line. Throws with the usage when it cannot be read. */
export const readOptions = (args: readonly string[]): BenchOptions => {
  const wrong = (reason: string): Error => new Error(`${reason}\n\n${USAGE}`);
  const read = () => {
    try {
      const options = { calls: { type: 'string', default: '10' }, write: { type: 'boolean' } } as const;
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
      throw wrong(error instanceof Error ? error.message : String(error));
    }
  };
  const { values, positionals } = read();
  const parts = positionals.map((name) => {
    const part = PARTS.find((known) => known === name);
    if (part === undefined) throw wrong(`There is no part "${name}".`);
    return part;
  });
  if (!/^[1-9]\d{0,2}$/.test(values.calls))
    throw wrong(`--calls is "${values.calls}"; a number from 1 to 999.`);
  return {
    parts: parts.length === 0 ? PARTS : parts,
    calls: Number(values.calls),
    write: values.write === true,
  };
};
