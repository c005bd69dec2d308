/** The verb could not do its work; the message is the one sentence that the terminal shows. */
export class CliError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Nothing came back from the bridge: whether it took the request is not known. */
export class BridgeAway extends CliError {}

/** The bridge answered with an error; the message is its own. */
export class BridgeRefusal extends CliError {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The code of a system's error, such as ENOENT; of anything else its text. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** What is behind the error of a request, such as ECONNREFUSED: the code of its cause, else its message. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause
    ? String(cause.code)
    : messageOf(error);
};

/** The message of an error, without its name. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
