import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@outdial/runtime';
import type { BridgeClient } from './bridge-client.ts';

/** A report that is safe on disk; `done` removes it after it was delivered. */
export type SpooledReport = { done(): Promise<void> };

/** Where final reports wait for a bridge that is away. */
export type ReportSpool = {
  /** Writes a report to disk before the call is taken down. */
  keep(callId: string, body: string): Promise<SpooledReport>;
  /** Sends every waiting report to the bridge; what it has taken, or does not know, is removed. */
  drain(bridge: BridgeClient, log: Logger): Promise<void>;
};

/** A spool of one file a call under `dir`, written whole or not at all. */
export const createReportSpool = (dir: string): ReportSpool => {
  const pathOf = (callId: string) => join(dir, `${encodeURIComponent(callId)}.json`);
  return {
    keep: async (callId, body) => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = pathOf(callId);
      await writeFile(`${path}.part`, body, { mode: 0o600, flush: true });
      await rename(`${path}.part`, path);
      return { done: () => rm(path, { force: true }) };
    },
    drain: async (bridge, log) => {
      const names = await readdir(dir).catch(() => [] as string[]);
      for (const name of names) {
        if (!name.endsWith('.json')) continue;
        const path = join(dir, name);
        const body = await readFile(path, 'utf8').catch(() => null);
        if (body === null) continue;
        const callId = decodeURIComponent(name.slice(0, -'.json'.length));
        const response = await bridge(callId, 'reports', body).catch(() => null);
        // An unknown call (404) or one that is already final (409) gains nothing by waiting.
        if (response === null || (!response.ok && ![404, 409].includes(response.status))) continue;
        await rm(path, { force: true });
        log.info({ callId, status: response.status }, 'a report left the spool');
      }
    },
  };
};
