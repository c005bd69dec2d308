/** First halves of the database's advisory locks, so that no two uses of them meet. */
export const LOCK = { migration: 7301, idempotencyKey: 7302, fingerprint: 7303, dispatching: 7304 } as const;
