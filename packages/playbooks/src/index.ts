export { instructionsFor } from './agent-rules.ts';
export { didYouMean } from './closest.ts';
export { BUILT_IN_PLAYBOOK, DEFAULT_PLAYBOOK } from './default-playbook.ts';
export { type CallTexts, type FillResult, fillPlaybook } from './fill-playbook.ts';
export type { FilledPlaybook, Playbook, PlaybookTarget } from './playbook.ts';
export { type CallWords, playbookForCall } from './playbook-for-call.ts';
export { DEFAULT_NAME, type FoundPlaybook, findPlaybook, type Shelf, type ShelfEntry } from './shelf.ts';
export { describeTargets, TOOL_WORDS } from './tool-words.ts';
export { BUILT_IN_VARIABLES, type DeclaredVariable } from './variables.ts';
