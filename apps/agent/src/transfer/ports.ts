import type { GrantedCall } from '@outdial/telephony';
import type { LegListener, LegWatch } from '../adapters/leg-watch.ts';
import type { CallEndLatch } from '../call-end.ts';
import type { AgentConfig } from '../config.ts';
import type { CallLedger, SipLeg, TargetLeg } from '../ports.ts';

/** The agent's voice and ears, as far as a transfer moves them. */
export type CallVoice = {
  /** Says a sentence and resolves when its last sound has left for the callee. */
  say(text: string): Promise<void>;
  /** Closes the agent's ears: the callee waits for somebody else. */
  pause(): void;
  /** Opens them again. */
  resume(): void;
  /** Ends the agent's part for good: it hears and says nothing any more. Never throws. */
  leave(): Promise<void>;
};

/** The agent's sound in the room, beside its voice. */
export type CallMedia = {
  /** Plays ringback to the callee until the function that it gives is called. Never throws. */
  ring(): () => Promise<void>;
  /** Takes every sound of the agent out of the room and lets none in. Never throws. */
  withdraw(): Promise<void>;
};

/** What the transfers of a call need. */
export type TransferDeps = {
  readonly call: GrantedCall;
  readonly config: AgentConfig;
  /** The caller ID of the call, which a second leg has too. */
  readonly callerId: string;
  readonly leg: SipLeg;
  readonly targetLeg: TargetLeg;
  readonly watch: LegWatch;
  readonly watchTarget: (listener: LegListener) => LegWatch;
  readonly ledger: CallLedger;
  readonly end: CallEndLatch;
  readonly voice: () => CallVoice;
  readonly media: CallMedia;
  /** The target has answered: from now on nobody needs this process. */
  readonly onBridged: () => void;
};
