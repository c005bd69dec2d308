export { type ParsedPlaybook, type ParseOptions, parsePlaybook } from './parse-playbook.ts';
export { openPlaybookFolder, type PlaybookFolder } from './playbook-folder.ts';
export { type PlaybookProblem, problemLine } from './problem.ts';
export { type ReadResultSchema, type ResultSchema, readResultSchema } from './result-schema.ts';
