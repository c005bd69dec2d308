// Run with `start`, as LiveKit's documentation says.
import { fileURLToPath } from 'node:url';
import { cli, ServerOptions } from '@livekit/agents';

cli.runApp(
  new ServerOptions({
    agent: fileURLToPath(new URL('./agent.ts', import.meta.url)),
    agentName: 'bench-floor',
    host: '127.0.0.1',
    port: Number(process.env.FLOOR_HEALTH_PORT),
    // The same number as ours; the library's own is one for each core.
    numIdleProcesses: 1,
    // livekit-server turns away a worker that reports a busy machine, and this machine carries both.
    loadFunc: async () => 0,
  }),
);
