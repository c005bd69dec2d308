import type { SilenceWatch } from './silence.ts';

/** Who speaks, as the session tells it, and what that means for a silence watch. */
export type TurnStates = {
  /** The call was answered: silence counts from now on. */
  listen(): void;
  isListening(): boolean;
  /** agents-js's state of the callee. */
  user(state: string): void;
  /** agents-js's state of the agent. */
  agent(state: string): void;
  /** Neither side speaks, and the agent does not think. */
  isFree(): boolean;
};

/** Tells `silence` when both sides are silent in an answered call. */
export const createTurnStates = (silence: Pick<SilenceWatch, 'quiet' | 'sound'>): TurnStates => {
  let listening = false;
  let agentState = 'listening';
  let userState = 'listening';
  const isFree = () => agentState === 'listening' && userState !== 'speaking';
  const changed = () => {
    if (listening && isFree()) silence.quiet();
    else silence.sound();
  };
  return {
    listen: () => {
      listening = true;
      changed();
    },
    isListening: () => listening,
    user: (state) => {
      userState = state;
      changed();
    },
    agent: (state) => {
      agentState = state;
      changed();
    },
    isFree,
  };
};
