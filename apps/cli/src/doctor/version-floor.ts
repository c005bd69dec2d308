/** A version's three numbers; `null` when the text is none. */
const numbersOf = (text: string): readonly [number, number, number] | null => {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text.trim());
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3])];
};

/** Whether a version is at least the floor; `null` when it cannot be told (0.0.0 is what unmarked builds say). */
export const reaches = (version: string, floor: string): boolean | null => {
  const [seen, least] = [numbersOf(version), numbersOf(floor)];
  if (seen === null || least === null || seen.every((part) => part === 0)) return null;
  const differing = seen.findIndex((part, at) => part !== least[at]);
  return differing === -1 || (seen[differing] ?? 0) > (least[differing] ?? 0);
};
