const mark = (part: string, end: boolean): string => `<!-- ${end ? '/' : ''}pnpm bench ${part} -->`;

/** Puts `text` between the two marks of `part` on a page. Throws when the page has no such place. */
export const intoPage = (page: string, part: string, text: string): string => {
  const [open, close] = [mark(part, false), mark(part, true)];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from < 0 || to < from) throw new Error(`The page has no place for the figures: ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
};
