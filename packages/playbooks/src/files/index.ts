export { type ParsedPlaybook, type ParseOptions, parsePlaybook } from './parse-playbook.ts';
export {
  type FolderOptions,
  listPlaybookFiles,
  openPlaybookFolder,
  type PlaybookFolder,
} from './playbook-folder.ts';
export { type PlaybookProblem, problemLine } from './problem.ts';
