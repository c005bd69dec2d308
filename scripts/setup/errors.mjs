/** Named beside every obstacle that only the machine's owner can remove. */
export const DOCKER_WAY = 'Or run the lab in Docker: docker compose --profile lab up';

/** Something a person has to mend; its message is shown as it is, without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ETIMEDOUT|ECONNRESET|Temporary failure resolving|no such host|network is unreachable|Could not connect|Unable to connect|connection refused|i\/o timeout|dns error|error sending request/i;

/**
 * Whether a command's output says that the network could not be reached.
 * @param {string} output
 */
export const looksOffline = (output) => NO_NETWORK.test(output);

/**
 * The sentence for a command that failed, with the end of its log.
 * @param {{ doing: string, exit: string, logFile: string, tail: string }} failure
 */
export const commandFailed = ({ doing, exit, logFile, tail }) => {
  const why = looksOffline(tail)
    ? `The network could not be reached while ${doing}. Connect, or set HTTPS_PROXY, and run the same command again: what is already here is kept.`
    : `Failed while ${doing} (${exit}). Mend what the lines below say and run the same command again: what is already here is kept.`;
  const indented = tail
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return new SetupError(`${why}\n${indented}\n  The whole log: ${logFile}`);
};
