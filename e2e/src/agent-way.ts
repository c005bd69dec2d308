import { type FaultAction, type FaultProxy, type Outdial, startFaultProxy } from '@outdial/lab';

/** What a job asks the bridge, or tells it. */
export type JobRequest = {
  readonly path: 'grant' | 'reports';
  /** Of a report: `alive`, `ringing`, `ended` … */
  readonly type: string | null;
  /** Of a grant: the number of the dispatch. */
  readonly dispatch: number | null;
};

/** Without an answer the request passes. */
export type JobFault = (request: JobRequest) => FaultAction | undefined;

/** The agent's way to the bridge, broken for one call at a time. */
export type AgentWay = {
  /** For `agentEnv`, of several agents too: puts a proxy in front of the bridge. */
  env(bridgeUrl: string): Promise<Record<string, string>>;
  /** What happens from now on to requests about the call with this account code; `null`: they pass. */
  breakFor(accountCode: string, fault: JobFault | null): void;
  close(): Promise<void>;
};

/** A way that lets everything pass. Calls are known by their account code: a job may ask before a test has the id. */
export const createAgentWay = (outdial: () => Pick<Outdial, 'call'>): AgentWay => {
  const faults = new Map<string, JobFault>();
  const codes = new Map<string, string>();
  const proxies: FaultProxy[] = [];

  const codeOf = async (id: string): Promise<string> => {
    const code = codes.get(id) ?? String((await outdial().call(id)).account_code);
    codes.set(id, code);
    return code;
  };

  return {
    env: async (bridgeUrl) => {
      const proxy = await startFaultProxy({ target: bridgeUrl });
      proxies.push(proxy);
      proxy.onRequest(async ({ path, body }) => {
        const [, id, what] = /^\/agent\/calls\/([^/]+)\/(grant|reports)$/.exec(path) ?? [];
        if (id === undefined || what === undefined || faults.size === 0) return;
        const { type = null, dispatch = null } = JSON.parse(body.toString('utf8'));
        return faults.get(await codeOf(id))?.({ path: what as JobRequest['path'], type, dispatch });
      });
      return { BRIDGE_URL: proxy.url };
    },
    breakFor: (accountCode, fault) => {
      if (fault === null) faults.delete(accountCode);
      else faults.set(accountCode, fault);
    },
    close: async () => {
      for (const proxy of proxies) await proxy.close();
    },
  };
};
