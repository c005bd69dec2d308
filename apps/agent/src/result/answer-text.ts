/** The end of the JSON object that begins at `start`; -1 when it has none. */
const endOfObject = (text: string, start: number): number => {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
};

/**
 * The first JSON object in a model's text, between whatever it wrote around it (`\`\`\`json`, "Here is…");
 * null when there is none.
 */
export const objectIn = (text: string): unknown => {
  for (let start = text.indexOf('{'); start !== -1; start = text.indexOf('{', start + 1)) {
    const end = endOfObject(text, start);
    if (end === -1) continue;
    try {
      return JSON.parse(text.slice(start, end));
    } catch {
      // It was no JSON after all; a later brace may begin some.
    }
  }
  return null;
};
