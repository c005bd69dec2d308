/** The bridge cannot start, for a reason outside it; the message says what to do, a stack would not help. */
export class StartError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
  }
}
