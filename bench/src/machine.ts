import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and with what was measured: absolute figures mean nothing without it. */
export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly agentsJs: string;
  /** Mean number of running processes over the last minute. */
  readonly load: number;
};

/** This machine, now. */
export const describeMachine = (): Machine => {
  const agents = new URL('../node_modules/@livekit/agents/package.json', import.meta.url);
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    agentsJs: (JSON.parse(readFileSync(agents, 'utf8')) as { version: string }).version,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
};
