import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHECKS } from '../src/doctor/checks.ts';
import { createContext } from '../src/doctor/context.ts';
import { type Result, runChecks } from '../src/doctor/run-checks.ts';
import { type HealthySetup, startHealthySetup } from './healthy-setup.ts';
import type { LocalServer } from './local-server.ts';

/** What the doctor is told besides the environment. */
export type Options = { readonly ca?: string; readonly livekitSip?: string };

/** A healthy set-up for each test of a file, gone after it. */
export const useSetup = () => {
  let setup: HealthySetup;
  let servers: LocalServer[];
  beforeEach(async () => {
    setup = await startHealthySetup();
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await setup.close();
  });
  return {
    get now() {
      return setup;
    },
    /** A server that is closed with the set-up. */
    kept: async (starting: Promise<LocalServer>): Promise<LocalServer> => {
      const server = await starting;
      servers.push(server);
      return server;
    },
    examine: async (options: Options = {}): Promise<readonly Result[]> => {
      const context = createContext({ env: setup.env, dir: setup.dir, timeoutMs: 2_000, ...options });
      return runChecks(CHECKS, context, () => {});
    },
  };
};

/** A set-up in which one thing is broken. */
export type Broken = {
  readonly name: string;
  // biome-ignore lint/suspicious/noConfusingVoidType: most give nothing
  readonly spoil: () => void | Options | Promise<void | Options>;
  /** The checks that must find it, each with its verdict and words of what was seen; no other may find anything. */
  readonly found: Readonly<Record<string, readonly ['fail' | 'warn', RegExp]>>;
};

/** The names of the checks with a verdict. */
export const having = (results: readonly Result[], verdict: string): string[] =>
  results.filter((result) => result.verdict === verdict).map(({ id }) => id);

/** A test for each: the doctor finds what is broken by name, says how to mend it, and finds nothing else. */
export const testBroken = (setup: ReturnType<typeof useSetup>, broken: readonly Broken[]): void => {
  test.each(broken)('$name', async ({ spoil, found }) => {
    const results = await setup.examine((await spoil()) ?? {});
    const wrong = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
    expect(Object.fromEntries(wrong.map(({ id, verdict }) => [id, verdict]))).toEqual(
      Object.fromEntries(Object.entries(found).map(([id, [verdict]]) => [id, verdict])),
    );
    for (const { id, seen, mend } of wrong) {
      expect(seen).toMatch(found[id]?.[1] ?? /^$/);
      expect(mend).not.toBeNull();
    }
  });
};
