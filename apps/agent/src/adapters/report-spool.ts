import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@outdial/runtime';
import type { BridgeClient } from './bridge-client.ts';

/** A report that is safe on disk; `done` removes it after it was delivered. */
export type SpooledReport = { done(): Promise<void> };

/**
 * Whether a report need not be sent again: taken, or the bridge has no such call (404), or knows that
 * another job holds its grant (409). Anything else may be mended by waiting: a bridge in trouble, a
 * clock, a secret.
 */
export const isSettled = (status: number): boolean =>
  (status >= 200 && status < 300) || status === 404 || status === 409;

/** Where final reports wait for a bridge that is away. */
export type ReportSpool = {
  /** Writes a report to disk before the call is taken down. */
  keep(callId: string, body: string): Promise<SpooledReport>;
  /** Sends every waiting report to the bridge; what it has taken, or does not know, is removed. Never throws. */
  drain(bridge: BridgeClient, log: Logger): Promise<void>;
};

const SUFFIX = '.json';

/** A spool of one file a call under `dir`, written whole or not at all. */
export const createReportSpool = (dir: string): ReportSpool => {
  const deliver = async (name: string, bridge: BridgeClient, log: Logger): Promise<void> => {
    try {
      const path = join(dir, name);
      const callId = decodeURIComponent(name.slice(0, -SUFFIX.length));
      const response = await bridge(callId, 'reports', await readFile(path, 'utf8'));
      if (!isSettled(response.status)) return;
      await rm(path, { force: true });
      log.info({ callId, status: response.status }, 'a report left the spool');
    } catch (error) {
      log.debug({ file: name, reason: String(error) }, 'a report stays in the spool');
    }
  };
  let draining: Promise<void> | null = null;
  const drain = async (bridge: BridgeClient, log: Logger): Promise<void> => {
    const names = await readdir(dir).catch(() => [] as string[]);
    for (const name of names) if (name.endsWith(SUFFIX)) await deliver(name, bridge, log);
  };
  return {
    keep: async (callId, body) => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, `${encodeURIComponent(callId)}${SUFFIX}`);
      await writeFile(`${path}.part`, body, { mode: 0o600, flush: true });
      await rename(`${path}.part`, path);
      return { done: () => rm(path, { force: true }) };
    },
    // One at a time: a bridge that answers slowly must not be asked by more and more of them.
    drain: (bridge, log) =>
      (draining ??= drain(bridge, log).finally(() => {
        draining = null;
      })),
  };
};
