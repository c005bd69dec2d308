/** Something wrong in a playbook's file, and how to mend it. */
export type PlaybookProblem = {
  /** As it was named to us. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** e.g. `transfer_targets.accounts`; `null`: the file itself. */
  readonly field: string | null;
  readonly message: string;
};

/** `file:line: field: message`, which editors and terminals can jump to. */
export const problemLine = ({ file, line, field, message }: PlaybookProblem): string =>
  `${file}:${line}: ${field === null ? '' : `${field}: `}${message}`;
