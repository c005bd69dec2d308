import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SIPTransport } from '@livekit/protocol';
import { createPartRunner, type Lab, type Part } from '@outdial/lab';
import { AgentDispatchClient, SipClient } from 'livekit-server-sdk';

/** The floor's worker, running beside ours. */
export type Floor = {
  readonly worker: Part;
  call(destination: string, greeting: string): Promise<void>;
  stop(): Promise<void>;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Makes a trunk to the lab's carrier in LiveKit and starts the floor's worker on it. */
export const startFloor = async (lab: Lab): Promise<Floor> => {
  const { url, apiKey, apiSecret } = lab.livekit;
  const { username, password } = lab.trunk.users.standard;
  const trunk = await new SipClient(url, apiKey, apiSecret).createSipOutboundTrunk(
    'bench floor',
    lab.trunk.address,
    [lab.env.SIP_FROM_NUMBER ?? ''],
    { transport: SIPTransport.SIP_TRANSPORT_UDP, authUsername: username, authPassword: password },
  );
  const runner = createPartRunner(lab.dir, (message) => console.error(message));
  const worker = await runner.start({
    name: 'bench-floor',
    command: process.execPath,
    args: [fileURLToPath(new URL('./worker.ts', import.meta.url)), 'start'],
    env: {
      ...lab.env,
      FLOOR_TRUNK_ID: trunk.sipTrunkId,
      FLOOR_HEALTH_PORT: String(await freePort()),
    },
    graceMs: 5_000,
    ready: async (log) => log().includes('registered worker'),
  });
  const dispatches = new AgentDispatchClient(url, apiKey, apiSecret);
  let calls = 0;
  return {
    worker,
    call: async (destination, greeting) => {
      calls += 1;
      const metadata = JSON.stringify({ destination, greeting });
      await dispatches.createDispatch(`bench-floor-${calls}`, 'bench-floor', { metadata });
    },
    stop: runner.stopAll,
  };
};
