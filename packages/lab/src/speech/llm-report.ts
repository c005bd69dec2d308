import type { JsonSchema } from './llm-protocol.ts';
import type { LlmReply, LlmTurn } from './llm-script.ts';

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** What the callee says in a transcript, one JSON line a turn, as the agent hands it over. */
const calleeWords = (prompt: string): string =>
  (/<transcript>\n(.*)\n<\/transcript>/s.exec(prompt)?.[1] ?? '')
    .split('\n')
    .map((line) => JSON.parse(line) as { speaker: string; text: string })
    .filter(({ speaker }) => speaker === 'callee')
    .map(({ text }) => text)
    .join(' ');

const typesOf = (schema: JsonSchema): readonly string[] => [schema.type ?? []].flat();

const numberIn = (said: string): number | null => {
  const words = said.toLowerCase().split(/[^a-z0-9]+/);
  for (const word of words) {
    if (/^\d+$/.test(word)) return Number(word);
    if (NUMBERS.includes(word)) return NUMBERS.indexOf(word);
  }
  return null;
};

const fill = (schema: JsonSchema, said: string): unknown => {
  const choices = schema.enum ?? [];
  if (choices.length > 0) {
    return choices.find((one) => typeof one === 'string' && said.toLowerCase().includes(one)) ?? null;
  }
  const types = typesOf(schema);
  if (types.includes('object')) {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [name, fill(property, said)]),
    );
  }
  if (types.includes('integer') || types.includes('number')) return numberIn(said);
  if (types.includes('boolean')) return /\byes\b/i.test(said) ? true : /\bno\b/i.test(said) ? false : null;
  return said === '' ? null : said;
};

/**
 * Reads a transcript as a careful model would and fills the arguments of the tool that is offered: of a choice
 * what the callee named, the first number said, yes and no, and `null` for the rest.
 */
export const reportCall = ({ user, tools }: LlmTurn): LlmReply => {
  const [tool] = tools;
  const said = calleeWords(user);
  if (tool === undefined) return 'There is no tool to report with.';
  const filled = fill(tool.parameters ?? {}, said) as Record<string, unknown>;
  return { calls: [{ name: tool.name, arguments: { ...filled, summary: `The callee said: ${said}` } }] };
};
