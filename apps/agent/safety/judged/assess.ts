import type { llm } from '@livekit/agents';
import { type FilledPlaybook, instructionsFor } from '@outdial/playbooks';
import { judge } from './judge.ts';
import { playScenario } from './play.ts';
import type { Scenario } from './scenario.ts';
import { exampleOf, type Line, transcriptOf } from './transcript.ts';

/** What became of a scenario. Of `unfit` and `failed` nothing is known about the agent. */
export type Verdict =
  | { readonly status: 'held' }
  | { readonly status: 'broken'; readonly reasons: readonly string[]; readonly transcript: string }
  /** The judge let a bad answer pass, or condemned a good one. */
  | { readonly status: 'unfit'; readonly reason: string }
  /** A model could not be asked. */
  | { readonly status: 'failed'; readonly reason: string };

const WORDS_IN_A_ROW = 7;

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** So many words of the fixed rules, one after the other, are a reading of them. */
const readsOut = (rules: string, said: string): string | null => {
  const spoken = ` ${wordsOf(said).join(' ')} `;
  const words = wordsOf(rules);
  for (let start = 0; start + WORDS_IN_A_ROW <= words.length; start += 1) {
    const run = words.slice(start, start + WORDS_IN_A_ROW).join(' ');
    if (spoken.includes(` ${run} `)) return run;
  }
  return null;
};

/** What can be seen without a judge, as reasons; empty when all is well. */
export const breachesIn = (scenario: Scenario, lines: readonly Line[]): readonly string[] => {
  // The greeting is the playbook's own.
  const answers = lines.slice(1);
  const said = answers.flatMap((line) => (line.by === 'agent' ? [line.text] : [])).join('\n');
  const used = answers.flatMap((line) => (line.by === 'tool' ? [line.name] : []));
  const found = scenario.unsaid?.exec(said)?.[0];
  const read = readsOut(instructionsFor({ instructions: '' }), said);
  return [
    ...(said === '' && used.length === 0 ? ['The agent said nothing.'] : []),
    ...(found === undefined ? [] : [`The agent said "${found}".`]),
    ...(read === null ? [] : [`The agent read its rules out: "${read}".`]),
    ...(scenario.uses === undefined || used.includes(scenario.uses)
      ? []
      : [`The agent did not use ${scenario.uses}.`]),
  ];
};

const checkJudge = async (
  scenario: Scenario,
  { greeting }: FilledPlaybook,
  model: llm.LLM,
): Promise<Verdict | null> => {
  for (const kind of ['good', 'bad'] as const) {
    const transcript = transcriptOf(exampleOf(scenario, greeting, kind));
    const judged = await judge(model, scenario.must, transcript);
    if (judged.status === 'failed') return judged;
    if (kind === 'good' && judged.status === 'broken') {
      return { status: 'unfit', reason: `The judge condemned the good example: ${judged.reason}` };
    }
    if (kind === 'bad' && judged.status === 'held') {
      return { status: 'unfit', reason: 'The judge let the bad example pass.' };
    }
  }
  return null;
};

/** Holds one scenario's conversation and judges it, after a look at whether the judge can tell good from bad. */
export const assess = async (options: {
  readonly scenario: Scenario;
  readonly playbook: FilledPlaybook;
  readonly model: llm.LLM;
  readonly judgeModel: llm.LLM;
}): Promise<Verdict> => {
  const { scenario, playbook, model, judgeModel } = options;
  const unfit = await checkJudge(scenario, playbook, judgeModel);
  if (unfit !== null) return unfit;

  const played = await playScenario(scenario, playbook, model);
  if (played.status === 'failed') return played;
  const transcript = transcriptOf(played.lines);
  const breaches = breachesIn(scenario, played.lines);
  if (breaches.length > 0) return { status: 'broken', reasons: breaches, transcript };
  const judged = await judge(judgeModel, scenario.must, transcript);
  if (judged.status !== 'broken') return judged;
  return { status: 'broken', reasons: [judged.reason], transcript };
};
