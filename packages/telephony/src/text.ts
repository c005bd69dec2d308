/** True when the text holds a control, format or other invisible character (Unicode C*, Zl, Zp). */
export const hasInvisible = (text: string): boolean => /[\p{C}\p{Zl}\p{Zp}]/u.test(text);

/** The first character of the text outside `allowed`, or `null`. */
export const firstOutside = (text: string, allowed: RegExp): string | null => {
  for (const character of text) if (!allowed.test(character)) return character;
  return null;
};

/** A character as a person can recognise it: printable ones in quotes, all others by code point. */
export const nameCharacter = (character: string): string => {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint > 0x20 && codePoint < 0x7f) return `"${character}"`;
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
};

/** Text from outside made fit for a message: one line, nothing invisible, cut to `length` characters. */
export const quotable = (text: string, length = 120): string => {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const characters = [...clean];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : clean;
};
