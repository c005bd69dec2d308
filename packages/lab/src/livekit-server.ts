import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartRunner } from './process.ts';

export type LiveKitKeys = { apiKey: string; apiSecret: string };
export type LiveKitServerOptions = {
  command: string;
  dir: string;
  redisPort: number;
  keys: LiveKitKeys;
  ports: { http: number; rtcUdp: number };
  /** Takes the webhooks. */
  webhookUrl: string;
};

/** Whether a livekit-server on loopback says that it is well. Rejects when nothing listens. */
export const isServerReady = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/`)).ok;

/** A real livekit-server, media on loopback alone. Ready when its HTTP port says OK. */
export const startLiveKitServer = async (
  runner: PartRunner,
  options: LiveKitServerOptions,
): Promise<void> => {
  const { ports, keys } = options;
  const file = join(options.dir, 'livekit-server.json');
  // JSON is YAML.
  const config = {
    port: ports.http,
    bind_addresses: ['127.0.0.1'],
    keys: { [keys.apiKey]: keys.apiSecret },
    redis: { address: `127.0.0.1:${options.redisPort}` },
    webhook: { urls: [options.webhookUrl], api_key: keys.apiKey },
    rtc: {
      // It would listen on every address of the machine.
      tcp_port: 0,
      udp_port: ports.rtcUdp,
      node_ip: '127.0.0.1',
      use_external_ip: false,
      // Without a name here, clients are sent to public servers. Port 9 is the discard port: nothing answers, and
      // nothing has to. Not our own UDP port: with that one, clients on loopback cannot connect over UDP.
      stun_servers: ['127.0.0.1:9'],
      enable_loopback_candidate: true,
      interfaces: { includes: ['lo'] },
    },
    logging: { level: 'info', json: true },
  };
  await writeFile(file, JSON.stringify(config, null, 2));
  await runner.start({
    name: 'livekit-server',
    command: options.command,
    args: ['--config', file],
    // Asked politely it waits for every participant to leave; a lab has nothing that this would save.
    graceMs: 300,
    ready: () => isServerReady(ports.http),
  });
};
