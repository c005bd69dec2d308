import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identifyProcess } from './process-identity.ts';

const markSchema = z.object({
  pid: z.int().positive(),
  started: z.string().nullable(),
  host: z.string(),
  port: z.int().min(1).max(65_535),
});

/** The agent that was started last with a DATA_DIR: its process and its health port, which is a free one unless set. */
export type AgentMark = z.output<typeof markSchema>;

const fileIn = (dataDir: string): string => join(dataDir, 'agent.json');

/** Notes this process as the agent of that folder, for `outdial doctor`. Throws where it cannot be written. */
export const writeAgentMark = (
  dataDir: string,
  health: { readonly host: string; readonly port: number },
): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(dataDir), JSON.stringify({ ...identifyProcess(), ...health }), { mode: 0o600 });
};

/** The agent that noted itself there; `null` when there is none, or its note cannot be read. */
export const readAgentMark = (dataDir: string): AgentMark | null => {
  try {
    return markSchema.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
  } catch {
    return null;
  }
};
