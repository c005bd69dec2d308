import { RoomServiceClient } from 'livekit-server-sdk';
import { startTcpLink, type TcpLink } from './faults/tcp-link.ts';
import { startWebhookRelay, type Webhooks } from './faults/webhook-relay.ts';
import { isServerReady, type LiveKitKeys, startLiveKitServer } from './livekit-server.ts';
import { SIP_RTP_PORTS, startLiveKitSip, takesDials } from './livekit-sip.ts';
import type { PortBlock } from './ports.ts';
import type { PartRunner } from './process.ts';
import { startRedis } from './redis.ts';
import { waitFor } from './wait-for.ts';

/** LiveKit's ports on loopback. Its two programs reach Redis at `redisLink`. */
export type LiveKitPorts = {
  redis: number;
  redisLink: number;
  webhooks: number;
  http: number;
  rtcUdp: number;
  sip: number;
  rtp: number;
};

export const planLiveKit = async (ports: PortBlock): Promise<LiveKitPorts> => ({
  redis: await ports.take(),
  redisLink: await ports.take(),
  webhooks: await ports.take(),
  http: await ports.take(),
  rtcUdp: await ports.take(),
  sip: await ports.take(),
  rtp: await ports.take(SIP_RTP_PORTS),
});

export type LiveKitOptions = {
  binaries: { redis: string; livekitServer: string; livekitSip: string };
  dir: string;
  ports: LiveKitPorts;
  keys: LiveKitKeys;
  url: string;
  progress: (line: string) => void;
  /** Takes what has to be closed after the programs have ended. */
  onClose: (close: () => Promise<void>) => void;
};

export type LiveKit = { redisLink: TcpLink; webhooks: Webhooks; ready(limitMs?: number): Promise<void> };

/** Redis, livekit-server and livekit-sip, with a link that can be cut and a relay for webhooks between them. */
export const startLiveKit = async (runner: PartRunner, options: LiveKitOptions): Promise<LiveKit> => {
  const { binaries, dir, ports, keys, progress } = options;
  progress('Starting Redis');
  const webhooks = await startWebhookRelay(ports.webhooks);
  options.onClose(webhooks.close);
  const redisLink = await startTcpLink(ports.redisLink, ports.redis);
  options.onClose(redisLink.close);
  await startRedis(runner, binaries.redis, ports.redis);
  progress('Starting livekit-server');
  const common = { dir, redisPort: ports.redisLink, keys };
  await startLiveKitServer(runner, {
    ...common,
    command: binaries.livekitServer,
    ports: { http: ports.http, rtcUdp: ports.rtcUdp },
    webhookUrl: webhooks.url,
  });
  progress('Starting livekit-sip');
  await startLiveKitSip(runner, {
    ...common,
    command: binaries.livekitSip,
    redisServerPort: ports.redis,
    livekitUrl: options.url,
    ports: { sip: ports.sip, rtp: ports.rtp },
  });
  const rooms = new RoomServiceClient(options.url, keys.apiKey, keys.apiSecret, { failover: false });
  const isReady = async () => {
    if (!(await isServerReady(ports.http)) || !(await takesDials(ports.redis))) return false;
    // A Redis that was restarted knows no node and no channel until livekit-server tells it again, which nothing
    // shows; a room is made by a message of the server to itself, through Redis.
    await rooms.createRoom({ name: 'lab-ready', emptyTimeout: 1 });
    await rooms.deleteRoom('lab-ready');
    return true;
  };
  return {
    redisLink,
    webhooks,
    ready: async (limitMs = 15_000) => {
      await waitFor(
        'livekit-server and livekit-sip to take calls',
        async () => (await isReady().catch(() => false)) || undefined,
        limitMs,
      );
    },
  };
};
