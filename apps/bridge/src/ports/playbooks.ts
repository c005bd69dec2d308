import type { Shelf } from '@outdial/playbooks';

/** The operator's playbooks. */
export interface Playbooks {
  /** What there is now, broken files included. Never rejects. */
  read(): Promise<Shelf>;
}
