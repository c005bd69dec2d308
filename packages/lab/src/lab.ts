import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findBinaries, type GoBinaries, goBinaries } from './binaries.ts';
import { startCarrier, type TrunkUser } from './carrier/carrier.ts';
import type { CarrierCall } from './carrier/carrier-call.ts';
import type { TcpLink } from './faults/tcp-link.ts';
import type { Webhooks } from './faults/webhook-relay.ts';
import { newLabDir, pruneLabDirs } from './lab-dir.ts';
import { planLiveKit, startLiveKit } from './livekit.ts';
import { GUIDE_NUMBERS, LAB_NUMBERS } from './phones/numbers.ts';
import { type Phones, planPhones, startPhones } from './phones/phones.ts';
import { claimPortBlock } from './ports.ts';
import { createPartRunner, type Part } from './process.ts';
import { type SpeechServers, startSpeechServers } from './speech/index.ts';

/** The caller IDs that the carrier approves unless told otherwise: the first is the lab's SIP_FROM_NUMBER. */
export const LAB_CALLER_IDS = ['+61255500199', '+61491570006', 'LiveKitNehosHosted'] as const;
/** Auth ID of the trunk user `pai`: what From must be there. */
export const LAB_AUTH_ID = 'LiveKitNehosHosted';

export type LabOptions = {
  /** Default: LAB_LIVEKIT_SERVER and LAB_LIVEKIT_SIP, else `<repo>/.cache/lab/bin/livekit-server` and `…/livekit-sip`. */
  binaries?: GoBinaries;
  /** For logs and recordings; default `<repo>/.lab/<time>-<pid>`. */
  dir?: string;
  /** Hears what is being started, one line each. */
  onProgress?: (line: string) => void;
  /** Hears of a part that died while the lab ran, with the end of its log; default: standard error. */
  onDeath?: (message: string) => void;
  /** Caller IDs that the carrier approves, numbers in any form or names. */
  callerIds?: readonly string[];
  /** Whether the leg of a transfer carries the REFER's account code; default true. */
  copyAccountCodeOnRefer?: boolean;
  /** Whether a call without X-Account-Code is refused (403 `Account code required`); default false. */
  requireAccountCode?: boolean;
};

/** A running telephone network. */
export type Lab = {
  dir: string;
  livekit: { url: string; apiKey: string; apiSecret: string };
  /** What bridge and agent need to use this lab, by the names of `.env.example`. */
  env: Record<string, string>;
  trunk: { address: string; users: { standard: TrunkUser; pai: TrunkUser } };
  carrier: {
    /** One record for each Call-ID so far, oldest first. The same stand in `carrier-calls.jsonl` when over. */
    records(): Promise<CarrierCall[]>;
  };
  phones: Phones;
  /** Cartesia and the LLM: delays, faults, what was asked of them. */
  speech: SpeechServers;
  /** Programs that a test may kill, pause, stop and start again: same ports, same configuration. */
  parts: { livekitServer: Part; livekitSip: Part; redis: Part; carrier: Part };
  /** What lies between LiveKit's two programs and Redis. */
  redisLink: TcpLink;
  /** LiveKit's webhooks, which reach nobody until a bridge is named. */
  webhooks: Webhooks;
  /** Waits (15 s unless told otherwise) until LiveKit takes calls, after something was cut or restarted. */
  ready(limitMs?: number): Promise<void>;
  /** Stops everything. Can be called twice. */
  stop(): Promise<void>;
};

/** Starts the lab. Rejects with one message when something is missing or does not come up, and leaves nothing. */
export const startLab = async (options: LabOptions = {}): Promise<Lab> => {
  const binaries = findBinaries(goBinaries(options.binaries));
  const progress = options.onProgress ?? (() => undefined);
  if (options.dir === undefined) await pruneLabDirs();
  const dir = resolve(options.dir ?? newLabDir());
  await mkdir(dir, { recursive: true });
  const ports = await claimPortBlock();
  const runner = createPartRunner(
    dir,
    options.onDeath ?? ((message) => console.error(`\nThe lab: ${message}\n`)),
  );
  const closers: (() => Promise<void> | void)[] = [];

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await runner.stopAll();
    for (const close of closers.reverse()) await close();
    await ports.release();
  };
  const stopOnce = () => (stopped ??= stop());

  try {
    return { ...(await startParts()), stop: stopOnce };
  } catch (error) {
    await stopOnce();
    throw error;
  }

  async function startParts(): Promise<Omit<Lab, 'stop'>> {
    const keys = { apiKey: 'lab', apiSecret: randomBytes(24).toString('hex') };
    const users = {
      standard: { username: 'outdial-lab', password: randomBytes(9).toString('hex') },
      pai: { username: LAB_AUTH_ID, password: randomBytes(9).toString('hex') },
    };
    const livekitPorts = await planLiveKit(ports);
    const carrierPort = await ports.take();
    const plan = await planPhones(ports);
    const url = `ws://127.0.0.1:${livekitPorts.http}`;
    const onClose = (close: () => Promise<void>) => closers.push(close);
    const livekit = () =>
      startLiveKit(runner, { binaries, dir, ports: livekitPorts, keys, url, progress, onClose });
    const callerIds = options.callerIds ?? LAB_CALLER_IDS;
    const telephony = async () => {
      progress('Starting the carrier');
      const records = await startCarrier(runner, {
        command: binaries.kamailio,
        dir,
        port: carrierPort,
        users,
        callerIds,
        routes: plan.routes,
        aliases: GUIDE_NUMBERS,
        refusedTarget: LAB_NUMBERS.refusesRefer,
        copyAccountCodeOnRefer: options.copyAccountCodeOnRefer ?? true,
        requireAccountCode: options.requireAccountCode ?? false,
      });
      closers.push(records.stop);
      progress('Starting the phones');
      const { baresip, sipp } = binaries;
      const phones = await startPhones(runner, { baresip, sipp, dir, carrierPort, plan });
      closers.push(phones.close);
      return { records, phones };
    };
    const speechServers = async () => {
      progress('Starting the speech servers');
      const speech = await startSpeechServers({ dir });
      closers.push(speech.stop);
      return speech;
    };
    // They need nothing of each other before the first call. When one fails, the others fail with it, and all are
    // waited for: nothing may start behind the back of stop().
    const failures: unknown[] = [];
    const together = <T>(work: Promise<T>): Promise<T | undefined> =>
      work.catch(async (error: unknown) => {
        failures.push(error);
        await runner.stopAll();
        return undefined;
      });
    const [network, speech, media] = await Promise.all([
      together(telephony()),
      together(speechServers()),
      together(livekit()),
    ]);
    if (network === undefined || speech === undefined || media === undefined || failures.length > 0)
      throw failures[0];
    const { records, phones } = network;

    const address = `127.0.0.1:${carrierPort}`;
    return {
      dir,
      livekit: { url, ...keys },
      env: {
        LIVEKIT_URL: url,
        LIVEKIT_API_KEY: keys.apiKey,
        LIVEKIT_API_SECRET: keys.apiSecret,
        SIP_TRUNK_HOST: address,
        SIP_TRUNK_TRANSPORT: 'udp',
        SIP_TRUNK_USERNAME: users.standard.username,
        SIP_TRUNK_PASSWORD: users.standard.password,
        SIP_FROM_NUMBER: callerIds[0] ?? '',
        ALLOW_FICTITIOUS_NUMBERS: 'true',
        // What is called here costs nothing, and tests call the same few phones over and over.
        MAX_CALLS_PER_HOUR: '10000',
        MAX_CALLS_PER_DAY: '10000',
        MAX_NUMBERS_PER_BLOCK_PER_HOUR: '100',
        ...speech.env,
      },
      trunk: { address, users },
      carrier: { records: records.calls },
      phones,
      speech,
      parts: {
        livekitServer: runner.part('livekit-server'),
        livekitSip: runner.part('livekit-sip'),
        redis: runner.part('redis'),
        carrier: runner.part('carrier'),
      },
      ...media,
    };
  }
};
