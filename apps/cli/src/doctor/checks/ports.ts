import { type Check, type Finding, fail, pass, skipped } from '../check.ts';
import { type PortFacts, tryPort } from '../probes/port.ts';

type PortUse = PortFacts & {
  readonly host: string;
  readonly port: number;
  /** Whether a bridge answers at BRIDGE_URL, on that port. */
  readonly bridgeIsUp: boolean;
};

/** Whether the bridge's port is free, or the bridge's own (pure). */
const judgePort = ({ host, port, use, bridgeIsUp }: PortUse): Finding => {
  const at = `${host}:${port}`;
  if (use === 'free')
    return pass(`${at} is free${bridgeIsUp ? '; the bridge is elsewhere' : ' for the bridge'}.`);
  if (use === 'taken') {
    return bridgeIsUp
      ? pass(`${at} is held by the bridge.`)
      : fail(
          `${at} is held by another program, and no bridge answers there.`,
          `See which one: ss -ltnp "sport = :${port}". Stop it, or set BRIDGE_PORT (and BRIDGE_URL).`,
        );
  }
  return fail(
    `The bridge could not listen on ${at} (${use}).`,
    'Set BRIDGE_HOST to an address of this machine (127.0.0.1, or 0.0.0.0 for all), and BRIDGE_PORT above 1023.',
  );
};

/** BRIDGE_HOST and BRIDGE_PORT. */
export const portsCheck: Check = {
  id: 'ports',
  run: async ({ settings, bridge }) => {
    const { host, port } = settings.bridge;
    if (port === 0) return skipped('BRIDGE_PORT is 0: the bridge takes a free port.');
    const health = await bridge('/healthz');
    const bridgeIsUp = health.status === 'answered' && health.code === 200;
    return judgePort({ host, port, bridgeIsUp, ...(await tryPort(host, port)) });
  },
};
