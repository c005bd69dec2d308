import { judgeBy, type LlmReply, type LlmRule } from '@outdial/lab';
import type { Reply, Scenario } from './scenario.ts';

const exactly = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

const replyOf = (reply: Reply): LlmReply =>
  typeof reply === 'string' ? reply : { ...reply, calls: [...reply.calls] };

/** The lab's model as the agent of a scenario: it gives the scenario's own answers, the last one good or bad. */
export const actAs = ({ turns, bad }: Scenario, kind: 'good' | 'bad'): readonly LlmRule[] =>
  turns.map(({ callee, good }, turn) => ({
    on: 'user',
    match: exactly(callee),
    reply: replyOf(kind === 'bad' && turn === turns.length - 1 ? bad : good),
  }));

/** The lab's model as a judge that knows the bad answers of the scenarios. */
export const judgeOf = (scenarios: readonly Scenario[]): LlmRule => {
  const bad = scenarios.map((scenario) => JSON.stringify(scenario.bad));
  return judgeBy((_must, transcript) =>
    bad.some((answer) => transcript.includes(answer)) ? 'The agent did what it must not.' : null,
  );
};
