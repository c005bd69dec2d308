import type { z } from 'zod';
import { codeOf } from '../errors.ts';

/** Whether this installation has that app, and what is needed of it. */
export type Loaded<T> = T | null;

/** An image holds one app: what is not in it is not an error here. */
const orNull = async <T>(load: () => Promise<T>): Promise<Loaded<T>> => {
  try {
    return await load();
  } catch (error) {
    if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
};

/** The schema that the bridge parses its environment with. */
export const bridgeSchema = (): Promise<Loaded<z.ZodType>> =>
  orNull(async () => (await import('../../../bridge/src/config.ts')).bridgeConfigSchema);

/** The schema that the agent parses its environment with. */
export const agentSchema = (): Promise<Loaded<z.ZodType>> =>
  orNull(async () => (await import('../../../agent/src/config.ts')).agentConfigSchema);

/** The bridge's rule for the addresses that callbacks may go to. */
export const callbackRule = () => orNull(() => import('../../../bridge/src/domain/callback-target.ts'));
