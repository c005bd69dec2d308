/** Tells that something happened to a call, on whichever bridge. A hint: who hears it reads the rows. */
export interface ChangeFeed {
  /** Calls `listener` with the call's id, and with null when something may have been missed. Gives its end. */
  subscribe(listener: (callId: string | null) => void): () => void;
}
