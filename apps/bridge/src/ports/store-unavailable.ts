/** The database could not be reached or written. Nothing was decided; asking again is right. */
export class StoreUnavailable extends Error {
  readonly code = 'database_unavailable';
  readonly retryable = true;

  constructor(cause: unknown) {
    super('The database cannot be reached or written.', { cause });
    this.name = 'StoreUnavailable';
  }
}
