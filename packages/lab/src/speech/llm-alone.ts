import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLlmServer, type LlmControl } from './llm-server.ts';
import { createViolationLog, type Violation } from './violations.ts';

/** The lab's language model without the rest of the lab. */
export type LlmAlone = {
  readonly env: Readonly<Record<'OPENAI_API_KEY' | 'OPENAI_BASE_URL', string>>;
  readonly llm: LlmControl;
  /** What clients sent and OpenAI would refuse. */
  readonly violations: Violation[];
  stop(): Promise<void>;
};

/** Starts it on a free port of 127.0.0.1. */
export const startLlmAlone = async (): Promise<LlmAlone> => {
  const violations = createViolationLog();
  const apiKey = 'lab-openai-alone';
  const llm = createLlmServer({ apiKey, violations });
  const server = createServer((request, response) => {
    llm.handle(request, response).catch(() => response.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    env: { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    llm: llm.control,
    violations: violations.list,
    stop: async () => {
      llm.stop();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
};
