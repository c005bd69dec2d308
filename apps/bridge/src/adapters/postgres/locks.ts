/** First halves of the database's advisory locks, so that no two uses of them meet. */
export const LOCK = {
  migration: 7301,
  idempotencyKey: 7302,
  fingerprint: 7303,
  trunk: 7304,
  callbackUrl: 7305,
  caps: 7306,
} as const;
