import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Lifecycle } from '../plugins/shutdown.ts';
import type { App, RouteDeps } from '../route.ts';

const health = z.strictObject({ status: z.enum(['up', 'down']) });
const config = { access: 'open', rateLimit: false } as const;
const schema = { security: [], response: { 200: health, 503: health } };

/** `/healthz`: the process answers. `/readyz`: it can take work. They say up or down and nothing else. */
export const healthRoutes = (app: App, deps: RouteDeps & { readonly lifecycle: Lifecycle }): void => {
  app.route({
    method: 'GET',
    url: '/healthz',
    config,
    schema: { ...schema, summary: 'Whether the process answers' },
    handler: async () => ({ status: 'up' as const }),
  });

  const databaseAnswers = shared(() => answers(deps.calls.now()));
  app.route({
    method: 'GET',
    url: '/readyz',
    config,
    schema: { ...schema, summary: 'Whether the bridge can take work' },
    handler: async (_request, reply) => {
      const ready = !deps.lifecycle.closing && (await databaseAnswers());
      return reply.code(ready ? 200 : 503).send({ status: ready ? ('up' as const) : ('down' as const) });
    },
  });
};

// Anybody may ask, as often as they like: the database is asked once for all of them in this time.
const PING_SHARED_MS = 1_000;

const shared = (ping: () => Promise<boolean>): (() => Promise<boolean>) => {
  let last: { readonly at: number; readonly answer: Promise<boolean> } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at >= PING_SHARED_MS) last = { at: now, answer: ping() };
    return last.answer;
  };
};

// Shorter than those who ask usually wait: a database that hangs is down, too.
const PING_TIMEOUT_MS = 2_000;

const answers = async (ping: Promise<Date>): Promise<boolean> => {
  const timer = new AbortController();
  try {
    const timeout = sleep(PING_TIMEOUT_MS, false, { signal: timer.signal });
    return await Promise.race([ping.then(() => true), timeout]);
  } catch {
    return false;
  } finally {
    timer.abort();
  }
};
