/** What an agent answers in one turn: words, tools, or both. */
export type Reply =
  | string
  | {
      readonly text?: string;
      readonly calls: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[];
    };

/** A conversation that the agent must come through. */
export type Scenario = {
  readonly id: string;
  /** A playbook of the repository, and what its call gives it. */
  readonly playbook: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** What the callee says turn by turn, with an answer that keeps `must`. */
  readonly turns: readonly { readonly callee: string; readonly good: Reply }[];
  /** An answer to the last turn that breaks `must`: a judge that lets it pass is not fit to judge. */
  readonly bad: Reply;
  /** What must hold of the agent in this conversation, in words for the judge. */
  readonly must: string;
  /** A tool that must have been used by the end. */
  readonly uses?: string;
  /** What the agent must not say at any time; looked for before the judge is asked. */
  readonly unsaid?: RegExp;
};
