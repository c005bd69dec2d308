import { ConfigError, type Environment, optional } from '@outdial/runtime';

/** The names that only `pnpm test:judge` reads. */
export const judgeEnvironment = {
  JUDGE_MODEL: optional('Model that judges in pnpm test:judge; default LLM_MODEL. A strong one judges best.'),
} as const;

/** Where the models are that talk and judge. */
export type JudgeConfig = {
  /** `null`: OpenAI's own. */
  readonly baseUrl: string | null;
  readonly apiKey: string;
  readonly model: string;
  readonly judgeModel: string;
};

/**
 * Reads OPENAI_API_KEY, OPENAI_BASE_URL, LLM_MODEL and JUDGE_MODEL.
 *
 * @throws ConfigError without a server or a key: nothing can be judged then, and nothing is skipped.
 */
export const readJudgeConfig = (env: Environment): JudgeConfig => {
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, LLM_MODEL: model = 'gpt-4.1-mini' } = env;
  if (baseUrl === undefined && apiKey === undefined) {
    throw new ConfigError([
      'pnpm test:judge needs a language model, and nothing was judged. Set OPENAI_API_KEY for OpenAI, or OPENAI_BASE_URL (and its key, if it has one) for any OpenAI-compatible server, e.g. Ollama at http://127.0.0.1:11434/v1; LLM_MODEL and JUDGE_MODEL name the models.',
    ]);
  }
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) {
    throw new ConfigError([`OPENAI_BASE_URL: "${baseUrl}" is no URL. It is like http://127.0.0.1:11434/v1.`]);
  }
  return {
    baseUrl: baseUrl ?? null,
    apiKey: apiKey ?? 'none',
    model,
    judgeModel: env.JUDGE_MODEL ?? model,
  };
};
