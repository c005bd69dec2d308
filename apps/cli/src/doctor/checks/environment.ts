import { ConfigError, type Environment, parseConfig } from '@outdial/runtime';
import type { z } from 'zod';
import { agentSchema, bridgeSchema } from '../app-schemas.ts';
import { type Check, type Finding, fail, pass, skipped } from '../check.ts';

type App = 'bridge' | 'agent';

/** What an app would say of this environment at its start (pure). */
export const judgeEnvironment = (app: App, schema: z.ZodType | null, env: Environment): Finding => {
  if (schema === null) {
    return skipped(`The ${app} is not part of this installation.`, `Run it where the ${app} runs.`);
  }
  try {
    parseConfig(schema, env);
    return pass(`The ${app} would start with this environment.`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    return fail(
      `The ${app} would not start: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}.`,
      `Set these in the environment or in .env.local: ${problems.join(' · ')}`,
    );
  }
};

const checkOf = (app: App, load: () => Promise<z.ZodType | null>): Check => ({
  id: `${app}-environment`,
  run: async ({ env }) => judgeEnvironment(app, await load(), env),
});

/** Every name that the bridge reads, by the bridge's own schema. */
export const bridgeEnvironmentCheck = checkOf('bridge', bridgeSchema);

/** Every name that the agent reads, by the agent's own schema. */
export const agentEnvironmentCheck = checkOf('agent', agentSchema);
