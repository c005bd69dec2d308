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
