export { type ParsedPlaybook, type ParseOptions, parsePlaybook } from './parse-playbook.ts';
export { openPlaybookFolder, type PlaybookFolder } from './playbook-folder.ts';
export { type PlaybookProblem, problemLine } from './problem.ts';
