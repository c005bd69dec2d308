const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', _: ' ' };

/** Splits a line at its spaces, but not inside quotes or parentheses. */
export const words = (text: string): readonly string[] =>
  (text.match(/(?:"(?:\\.|[^"\\])*"|\([^)]*\)|[^\s"(])+/gs) ?? []).map(String);

/**
 * Reads a value as the RouterOS console does: a quoted string with the escapes of MikroTik's manual, or a
 * bare word. A character that means something to the console outside quotes, a `$` in quotes (a variable
 * would be put there) and an unfinished string are errors.
 */
export const readValue = (written: string): string => {
  if (!written.startsWith('"')) {
    if (/["\\$;{}[\]()\s?]/.test(written) || written === '') throw new Error(`no bare word: ${written}`);
    return written;
  }
  const bytes: number[] = [];
  let at = 1;
  while (written[at] !== '"') {
    const character = written[at];
    if (character === undefined) throw new Error(`unfinished: ${written}`);
    if (character === '$') throw new Error(`a variable would be read: ${written}`);
    if (character === '\n') throw new Error(`a line ends inside: ${written}`);
    if (character !== '\\') {
      bytes.push(...Buffer.from(character));
      at += 1;
      continue;
    }
    const hex = /^[0-9A-F]{2}/.exec(written.slice(at + 1))?.[0];
    const next = written[at + 1] ?? '';
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if ('"\\$?'.includes(next) && next !== '') bytes.push(...Buffer.from(next));
    else if (SHORT[next] !== undefined) bytes.push(...Buffer.from(SHORT[next]));
    else throw new Error(`no escape of the console: \\${next}`);
    at += hex === undefined ? 2 : 3;
  }
  if (at !== written.length - 1) throw new Error(`something follows the string: ${written}`);
  return Buffer.from(bytes).toString('utf8');
};
