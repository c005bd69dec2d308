const distance = (left: string, right: string): number => {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const swap = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(swap, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
};

const LONGEST = 64;

/** The name that was probably meant: the nearest of those there are, when it is near; else `null`. */
export const closestName = (name: string, names: readonly string[]): string | null => {
  if (name.length > LONGEST) return null;
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '');
  const ranked = names
    .map((candidate) => ({ candidate, away: distance(plain(name), plain(candidate)) }))
    .sort((left, right) => left.away - right.away);
  const [best] = ranked;
  return best !== undefined && best.away <= Math.ceil(name.length / 3) ? best.candidate : null;
};

/** ` Did you mean "x"?` or nothing, to end a sentence with. */
export const didYouMean = (name: string, names: readonly string[]): string => {
  const guess = closestName(name, names);
  return guess === null ? '' : ` Did you mean "${guess}"?`;
};
