import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveKitKeys } from './livekit-server.ts';
import type { PartRunner } from './process.ts';
import { askRedis } from './redis.ts';

/** RTP ports of livekit-sip, one for each call. */
export const SIP_RTP_PORTS = 120;

export type LiveKitSipOptions = {
  command: string;
  dir: string;
  /** Where livekit-sip finds Redis, and where Redis itself is: a test may cut what lies between. */
  redisPort: number;
  redisServerPort: number;
  livekitUrl: string;
  keys: LiveKitKeys;
  ports: { sip: number; rtp: number };
};

// The channel on which livekit-sip takes dial requests (psrpc: service, method, topic, kind).
const DIAL_CHANNEL = 'SIPInternal|CreateSIPParticipant|REQ';

/** Whether a livekit-sip listens for dial requests in the Redis on that port. Rejects when Redis is away. */
export const takesDials = async (redisPort: number): Promise<boolean> =>
  /:1\r\n$/.test(await askRedis(redisPort, `PUBSUB NUMSUB ${DIAL_CHANNEL}`));

/**
 * A real livekit-sip, SIP over UDP on loopback. Ready when it listens for dial requests in Redis: its health port
 * would listen on every address of the machine, and says OK a moment too early.
 */
export const startLiveKitSip = async (runner: PartRunner, options: LiveKitSipOptions): Promise<void> => {
  const { ports, keys } = options;
  const file = join(options.dir, 'livekit-sip.json');
  const config = {
    api_key: keys.apiKey,
    api_secret: keys.apiSecret,
    ws_url: options.livekitUrl,
    redis: { address: `127.0.0.1:${options.redisPort}` },
    sip_port: ports.sip,
    rtp_port: `${ports.rtp}-${ports.rtp + SIP_RTP_PORTS - 1}`,
    listen_ip: '127.0.0.1',
    local_net: '127.0.0.0/8',
    nat_1_to_1_ip: '127.0.0.1',
    media_nat_1_to_1_ip: '127.0.0.1',
    symmetric_rtp: true,
    // Below 1 a busy machine of two cores refuses calls.
    max_cpu_utilization: 1,
    // Negative: the ports of a call that ended are free at once.
    rtp_draining_idle_timeout: '-1s',
    rtp_draining_duration: '-1s',
    logging: { level: 'debug', json: true },
  };
  await writeFile(file, JSON.stringify(config, null, 2));
  await runner.start({
    name: 'livekit-sip',
    command: options.command,
    args: ['--config', file],
    // SIGTERM waits for calls to end; SIGINT hangs up and goes.
    stopSignal: 'SIGINT',
    // Its log, too: for a moment Redis still counts a predecessor that was killed.
    ready: async (log) => log().includes('service ready') && (await takesDials(options.redisServerPort)),
  });
};
