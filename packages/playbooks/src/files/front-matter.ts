import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';

/** The two parts of a playbook's file. */
export type FrontMatter = {
  /** What the front matter says, as plain data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Line of a field in the file, or of the nearest part above it that is there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
  /** What stands below it. */
  readonly text: string;
  /** Line of the text's first character. */
  readonly textLine: number;
};

export type ReadFrontMatter =
  | { readonly status: 'ok'; readonly front: FrontMatter }
  | { readonly status: 'invalid'; readonly problems: readonly { line: number; message: string }[] };

const PARTS = /^---[ \t]*\n([\s\S]*?)^---[ \t]*(?:\n|$)/m;

const invalid = (line: number, message: string): ReadFrontMatter => ({
  status: 'invalid',
  problems: [{ line, message }],
});

/** Splits a file at its `---` lines and reads the YAML between them. Never throws. */
export const readFrontMatter = (file: string): ReadFrontMatter => {
  const whole = file.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (!/^---[ \t]*\n/.test(whole)) {
    return invalid(1, 'A playbook begins with a line "---", its settings and another line "---".');
  }
  const parts = PARTS.exec(whole);
  if (parts === null) return invalid(1, 'The settings have no end: put a line "---" below them.');
  const yaml = parts[1] ?? '';

  const counter = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' });
  // One line is the "---" above it.
  const lineAt = (offset: number): number => counter.linePos(offset).line + 1;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return {
      status: 'invalid',
      problems: faults.map(({ pos, message }) => ({ line: lineAt(pos[0]), message: `Not YAML: ${message}` })),
    };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    return invalid(2, `Not usable YAML: ${error instanceof Error ? error.message : error}`);
  }
  if (data === null) data = {};
  if (typeof data !== 'object' || Array.isArray(data)) {
    return invalid(2, 'The settings must be names with values, such as "greeting: Hello.".');
  }

  const lineOf = (path: readonly PropertyKey[]): number => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of path) {
      if (!isMap(node)) break;
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    }
    return lineAt(offset);
  };
  const above = whole.slice(0, parts[0].length);
  const rest = whole.slice(parts[0].length);
  const text = rest.trim();
  const blank = rest.slice(0, rest.indexOf(text));
  return {
    status: 'ok',
    front: {
      data: data as Record<string, unknown>,
      lineOf,
      text,
      textLine: `${above}${blank}`.split('\n').length,
    },
  };
};
