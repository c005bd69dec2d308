import { type AgentMark, isStillRunning, readAgentMark } from '@outdial/runtime';
import { type Check, type Finding, fail, pass, warn } from '../check.ts';
import type { DoctorContext } from '../context.ts';
import { askHttp, fieldOf, type HttpAnswer } from '../probes/http.ts';

/** What the worker's health port says. */
type AgentFacts = {
  readonly at: string;
  /** `/`: 200 while it is connected with LiveKit. */
  readonly health: HttpAnswer;
  /** `/worker`: what it is. */
  readonly worker: HttpAnswer;
  /** AGENT_NAME here. */
  readonly agentName: string;
};

const START = 'Start it (pnpm agent; docker compose up -d agent) and read its first lines.';

/** Whether an agent is registered under the name that the bridge dispatches to (pure). */
const judgeAgent = ({ at, health, worker, agentName }: AgentFacts): Finding => {
  if (health.status === 'away') return fail(`No agent answers at ${at} (${health.reason}).`, START);
  const name = fieldOf(worker, 'agent_name');
  if (typeof name !== 'string') {
    return fail(
      `What answers at ${at} is not an agent.`,
      'Set AGENT_HEALTH_HOST and AGENT_HEALTH_PORT to the agent’s.',
    );
  }
  if (health.code !== 200) {
    return fail(
      `The agent at ${at} is not connected with LiveKit (${String(health.body).slice(0, 80)}).`,
      'Its log says why; see also livekit-host and livekit-key. It tries again by itself for about a minute, then ends.',
    );
  }
  if (name !== agentName) {
    return fail(
      `The agent at ${at} is registered as ${name}, and AGENT_NAME is ${agentName}.`,
      'Give bridge and agent the same AGENT_NAME and restart both; else no call finds an agent.',
    );
  }
  return pass(
    `The agent is registered as ${name}, with ${fieldOf(worker, 'active_jobs') ?? 0} calls, at ${at}.`,
  );
};

/** The agent that noted its port in DATA_DIR: what is wrong with it, or `null` where its port can be asked (pure but for the look at the process). */
const judgeAgentMark = (mark: AgentMark): Finding | null =>
  isStillRunning(mark) ? null : fail(`The agent that ran here (pid ${mark.pid}) is gone.`, START);

const noAgentHere = (dataDir: string): Finding =>
  warn(
    `No agent was ever started with ${dataDir}.`,
    'If it runs elsewhere, run the doctor there, too, or set AGENT_HEALTH_HOST and AGENT_HEALTH_PORT. If not, start it: pnpm agent',
  );

const ask = async (host: string, port: number, { settings, timeoutMs }: DoctorContext): Promise<Finding> => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const at = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const [health, worker] = await Promise.all([
    askHttp(`http://${at}/`, timeoutMs),
    askHttp(`http://${at}/worker`, timeoutMs),
  ]);
  return judgeAgent({ at, health, worker, agentName: settings.agentName });
};

/** The agent, by its health port: the one that is set, else the one that the agent noted in DATA_DIR. */
export const agentCheck: Check = {
  id: 'agent',
  run: async (context) => {
    const { agentHealth, dirs } = context.settings;
    if (agentHealth.port !== 0) return ask(agentHealth.host, agentHealth.port, context);
    const mark = readAgentMark(dirs.data);
    if (mark === null) return noAgentHere(dirs.data);
    return judgeAgentMark(mark) ?? ask(mark.host, mark.port, context);
  },
};
