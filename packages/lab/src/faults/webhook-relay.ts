import { Agent } from 'node:http';
import { forward, type RawRequest, readRaw } from './forward.ts';
import { startLoopbackServer } from './loopback-server.ts';

const BRIDGE_LIMIT_MS = 2_000;

/** What LiveKit told, as far as the lab reads it. */
export type ReceivedWebhook = {
  readonly event: string;
  /** The room's name; `null` where the event has none. */
  readonly room: string | null;
  /** The participant's identity; `null` where the event has none. */
  readonly participant: string | null;
  readonly body: Readonly<Record<string, unknown>>;
};

/** LiveKit's webhooks on their way to the bridge. LiveKit itself always hears 200 at once. */
export type Webhooks = {
  /** Adds a bridge; of several, each webhook goes to one in turn. With none they are dropped. */
  sendTo(bridgeUrl: string): void;
  stopSendingTo(bridgeUrl: string): void;
  /** `pass` (default), `drop`, or `hold` until `release`. What is held stays so when the mode changes. */
  setMode(mode: 'pass' | 'drop' | 'hold'): void;
  /**
   * Sends what is held, each `times` times (default once), and gives what was sent in the order of sending.
   * Resolves when every bridge has answered or failed to.
   */
  release(options: { order: 'shuffled' | 'kept'; times?: number }): Promise<ReceivedWebhook[]>;
  /** Everything that LiveKit sent so far, in every mode, oldest first. */
  received(): readonly ReceivedWebhook[];
};

type Webhook = { readonly raw: RawRequest; readonly told: ReceivedWebhook };

const textAt = (value: unknown, key: string): string | null => {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : null;
};

const parse = (raw: RawRequest): ReceivedWebhook => {
  const body = JSON.parse(raw.body.toString('utf8')) as Record<string, unknown>;
  return {
    event: String(body.event),
    room: textAt(body.room, 'name'),
    participant: textAt(body.participant, 'identity'),
    body,
  };
};

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);

/** Listens on `port` for LiveKit's webhooks. A bridge that is away or refuses them is no error here: they are hints. */
export const startWebhookRelay = async (
  port: number,
): Promise<Webhooks & { url: string; close(): Promise<void> }> => {
  const agent = new Agent({ keepAlive: true });
  const received: ReceivedWebhook[] = [];
  const held: Webhook[] = [];
  /** The end of what was sent to each bridge: it gets them one after another, in order. */
  const bridges = new Map<string, Promise<void>>();
  let mode: 'pass' | 'drop' | 'hold' = 'pass';
  let turn = 0;

  const send = ({ raw }: Webhook): Promise<void> => {
    const urls = [...bridges.keys()];
    const bridge = urls[turn % urls.length];
    if (bridge === undefined) return Promise.resolve();
    turn += 1;
    const sent = (bridges.get(bridge) ?? Promise.resolve()).then(async () => {
      try {
        const signal = AbortSignal.timeout(BRIDGE_LIMIT_MS);
        const request = { ...raw, path: '/livekit/webhook' };
        (await forward(new URL(bridge), request, { agent, signal })).resume();
      } catch {
        // Away, or paused by a test.
      }
    });
    if (bridges.has(bridge)) bridges.set(bridge, sent);
    return sent;
  };

  const { close, port: own } = await startLoopbackServer((request, response) => {
    readRaw(request)
      .then((raw) => {
        response.end();
        const webhook = { raw, told: parse(raw) };
        received.push(webhook.told);
        if (mode === 'hold') held.push(webhook);
        if (mode === 'pass') void send(webhook);
      })
      .catch(() => request.socket.destroy());
  }, port);

  return {
    url: `http://127.0.0.1:${own}/`,
    sendTo: (bridgeUrl) => {
      if (!bridges.has(bridgeUrl)) bridges.set(bridgeUrl, Promise.resolve());
    },
    stopSendingTo: (bridgeUrl) => void bridges.delete(bridgeUrl),
    setMode: (next) => {
      mode = next;
    },
    release: async ({ order, times = 1 }) => {
      const all = held.splice(0).flatMap((webhook) => Array<Webhook>(times).fill(webhook));
      const sending = order === 'kept' ? all : shuffled(all);
      await Promise.all(sending.map(send));
      return sending.map(({ told }) => told);
    },
    received: () => [...received],
    close: async () => {
      bridges.clear();
      agent.destroy();
      await close();
    },
  };
};
