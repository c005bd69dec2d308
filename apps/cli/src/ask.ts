import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from './errors.ts';

/** Somebody gave up answering: end of input, or Ctrl-C. */
export class NoAnswer extends CliError {}

/** Asks a person, or a pipe that answers for one. */
export type Asker = {
  /** The line that is typed, without space around it. A secret is not shown. Rejects with `NoAnswer`. */
  line(question: string, options?: { readonly secret?: boolean }): Promise<string>;
  /** Yes or no; an empty line is `fallback`. */
  yes(question: string, fallback: boolean): Promise<boolean>;
  close(): void;
};

/** Asks on `output` and reads from `input`; at a terminal with its editing keys, from a pipe line by line. */
export const createAsker = (
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream,
): Asker => {
  const terminal = input.isTTY === true;
  let muted = false;
  const screen = new Writable({
    write: (chunk, _encoding, done) => {
      if (!muted) output.write(chunk);
      done();
    },
  });
  // Without history: an arrow key must not bring a secret back.
  const lines = createInterface({ input, output: screen, terminal, historySize: 0 });
  const typed: string[] = [];
  let waiting: { take(line: string): void; giveUp(): void } | null = null;
  let over = false;
  lines.on('line', (line) => {
    const { take } = waiting ?? {};
    // Lines come in bursts: the next one is the next question's.
    waiting = null;
    if (take === undefined) typed.push(line);
    else take(line);
  });
  lines.on('close', () => {
    over = true;
    waiting?.giveUp();
  });

  const next = (): Promise<string> => {
    const line = typed.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (over) return Promise.reject(new NoAnswer('There was no answer.'));
    return new Promise((resolve, reject) => {
      waiting = { take: resolve, giveUp: () => reject(new NoAnswer('There was no answer.')) };
    });
  };

  const line: Asker['line'] = async (question, { secret = false } = {}) => {
    lines.setPrompt(question);
    if (over) output.write(question);
    else lines.prompt();
    muted = secret && terminal;
    try {
      return (await next()).trim();
    } finally {
      // What a terminal does not show, or a pipe does not send, must still end the line of the question.
      if (muted || !terminal) output.write('\n');
      muted = false;
    }
  };

  return {
    line,
    yes: async (question, fallback) => {
      for (;;) {
        const answer = (await line(`${question} [${fallback ? 'Y/n' : 'y/N'}] `)).toLowerCase();
        if (answer === '') return fallback;
        if (/^(y|yes)$/.test(answer)) return true;
        if (/^(n|no)$/.test(answer)) return false;
      }
    },
    close: () => lines.close(),
  };
};

/** Asks one question for a yes, which is not assumed, and closes; `null` when nobody answers. */
export const confirm = async (ask: Asker, question: string): Promise<boolean | null> => {
  try {
    return await ask.yes(question, false);
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  } finally {
    ask.close();
  }
};
