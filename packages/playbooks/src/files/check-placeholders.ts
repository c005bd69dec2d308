import { didYouMean } from '../closest.ts';
import { placeholdersIn, strayBraces } from '../placeholders.ts';
import type { Playbook } from '../playbook.ts';
import { BUILT_IN_VARIABLES, isBuiltIn } from '../variables.ts';
import type { FrontMatter } from './front-matter.ts';
import type { PlaybookProblem } from './problem.ts';

type Found = Omit<PlaybookProblem, 'file'>;

/** A text that may hold variables, and how to find the line of a place in it. */
type Place = { readonly field: string; readonly text: string; readonly lineAt: (index: number) => number };

const INSTRUCTIONS = 'instructions';

const placesOf = (playbook: Playbook, front: FrontMatter): readonly Place[] => {
  const place = (path: readonly string[], text: string | null): readonly Place[] =>
    text === null ? [] : [{ field: path.join('.'), text, lineAt: () => front.lineOf(path) }];
  const lineInText = (index: number) => front.textLine + front.text.slice(0, index).split('\n').length - 1;
  return [
    ...place(['greeting'], playbook.greeting),
    ...place(['voicemail_message'], playbook.voicemail_message),
    ...place(['recording_notice'], playbook.recording_notice),
    ...playbook.silence.prompts.flatMap((prompt) => place(['silence', 'prompts'], prompt)),
    ...playbook.transfer_targets.flatMap(({ name, target }) => place(['transfer_targets', name], target)),
    { field: INSTRUCTIONS, text: playbook.instructions, lineAt: lineInText },
  ];
};

/** Parts of the front matter in which a variable would be left as it stands. */
const fixedParts = (playbook: Playbook): readonly (readonly [readonly string[], string])[] => [
  [['description'], playbook.description ?? ''],
  [['result'], playbook.result_schema === null ? '' : JSON.stringify(playbook.result_schema, noBraces)],
  ...playbook.transfer_targets.map(
    ({ name, description }) => [['transfer_targets', name, 'description'], description ?? ''] as const,
  ),
  ...playbook.variables.flatMap(({ name, description, default: value }) => [
    [['variables', name, 'description'], description ?? ''] as const,
    [['variables', name, 'default'], value ?? ''] as const,
  ]),
];

// JSON's own braces are none of ours: only its texts are looked at.
const noBraces = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).flat() : value;

/** Finds variables that are misspelt, used and not declared, declared and not used, or in the wrong place. */
export const checkPlaceholders = (playbook: Playbook, front: FrontMatter): readonly Found[] => {
  const found: Found[] = [];
  const declared = playbook.variables.map(({ name }) => name);
  const used = new Set<string>();
  for (const { field, text, lineAt } of placesOf(playbook, front)) {
    const stray = strayBraces(text);
    if (stray !== null) {
      const message =
        '"{{" or "}}" that is no variable; a variable is written {{like_this}}, in small letters.';
      found.push({ line: lineAt(stray), field, message });
    }
    for (const { name, index } of placeholdersIn(text)) {
      used.add(name);
      if (isBuiltIn(name) || declared.includes(name)) continue;
      const guess = didYouMean(name, [...declared, ...BUILT_IN_VARIABLES]);
      const message = `{{${name}}} is not declared.${guess || ` Add it to variables, as "${name}: what it is".`}`;
      found.push({ line: lineAt(index), field, message });
    }
  }
  for (const [path, text] of fixedParts(playbook)) {
    if (!text.includes('{{')) continue;
    found.push({ line: front.lineOf(path), field: path.join('.'), message: 'No variable can stand here.' });
  }
  for (const name of declared) {
    const path = ['variables', name];
    const at = { line: front.lineOf(path), field: path.join('.') };
    if (isBuiltIn(name)) {
      found.push({ ...at, message: `${name} is built in and has the request’s value; do not declare it.` });
    } else if (!used.has(name)) {
      const message = `It is declared and used nowhere: write {{${name}}} where it belongs, or take it away.`;
      found.push({ ...at, message });
    }
  }
  return found;
};
