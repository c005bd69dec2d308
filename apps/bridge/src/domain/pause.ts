/** The kill switch, while it is on. Times come from the database clock. */
export type Pause = {
  readonly since: Date;
  /** What was said when it was switched on. */
  readonly reason: string | null;
  /** Name of the API key that switched it on; `null` when a restore did. */
  readonly by: string | null;
};

/** Why nothing is dialled now, and how to go on. */
export const pausedSentence = ({ since, reason }: Pause): string =>
  `Dialling is paused since ${since.toISOString()}${reason === null ? '' : ` (${reason})`}. POST /resume, or outdial resume, ends the pause; it needs a key with the scope admin.`;
