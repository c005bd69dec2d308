// Nothing here means anything to the console: no space, quote, bracket, $, ; or \.
const BARE = /^!?[A-Za-z0-9][A-Za-z0-9_.:/,-]*$/;
const AS_IT_IS = /^[ -~]$/;
const SPECIAL = new Set(['"', '\\', '$', '?']);

const hex = (byte: number): string => `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/**
 * A value as the RouterOS console reads it back: bare where it can be, else in quotes. Whatever could end
 * the string or be replaced in it is written as `\XX`, the hex of its byte ("Scripting", constant escape
 * sequences, in MikroTik's manual); text outside ASCII goes as its UTF-8 bytes.
 */
export const quote = (value: string): string => {
  if (BARE.test(value)) return value;
  const written = [...Buffer.from(value, 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    return AS_IT_IS.test(character) && !SPECIAL.has(character) ? character : hex(byte);
  });
  return `"${written.join('')}"`;
};
