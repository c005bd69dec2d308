import { SetupError } from './errors.mjs';
import { endLeftovers } from './leftovers.mjs';
import { handleSignals, isStopping } from './signals.mjs';

/**
 * Runs a command of the project to its end: signals stop it in order, an error that a person can mend is
 * shown as a sentence, any other with its stack.
 * @param {() => Promise<number>} work answers the exit code
 */
export const runCommand = async (work) => {
  handleSignals();
  try {
    process.exitCode = await work();
  } catch (error) {
    if (isStopping()) return; // the signal's handler ends this process
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
  if (!isStopping()) await endLeftovers();
};
