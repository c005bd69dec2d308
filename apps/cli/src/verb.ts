import type { Environment } from '@outdial/runtime';
import { type Command, InvalidArgumentError } from 'commander';
import type { Asker } from './ask.ts';
import type { Answer, BridgeClient } from './bridge-client.ts';

/** What a verb works with. */
export type VerbDeps = {
  /** Throws ConfigError when the environment does not say how to reach the bridge. */
  readonly bridge: () => BridgeClient;
  /** The environment, as every app of ours reads it. */
  readonly environment: () => Environment;
  /** Asks questions; close it when there are no more. */
  readonly ask: () => Asker;
  /** What is typed. */
  readonly input: NodeJS.ReadableStream;
  /** A line of the answer, on stdout. */
  readonly print: (text: string) => void;
  /** Asks a person at a terminal for a line; nothing where nobody sits. */
  readonly prompt: (text: string) => void;
  /** A line about the way there, on stderr. */
  readonly note: (text: string) => void;
  /** The answer is a no, though nothing went wrong: the exit code becomes 1. */
  readonly sayNo: () => void;
};

/** Adds one verb to the command line. */
export type Verb = (program: Command, deps: VerbDeps) => void;

/** The option that every verb with an answer of the API has. */
export const withJson = (command: Command): Command =>
  command.option('--json', 'print the JSON of the API as it is');

/** Prints the API's own text for a program, `lines` for a person. */
export const show = <T>(
  deps: VerbDeps,
  options: { readonly json?: true },
  answer: Answer<T>,
  lines: (body: T) => string,
): void => deps.print(options.json ? answer.text : lines(answer.body));

/** Reads an option that is a whole number; its limits are the API's matter. */
export const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

/** Reads an id, which becomes a part of a path. */
export const idArgument = (text: string): string => {
  if (!/^[\w-]+$/.test(text)) throw new InvalidArgumentError('It is not an id as the lists show them.');
  return text;
};
