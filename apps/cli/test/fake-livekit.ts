import { createServer } from 'node:http';
import { SIPOutboundTrunkInfo } from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { listen } from './local-server.ts';

type Json = Record<string, unknown>;

export type FakeLiveKit = {
  /** LIVEKIT_URL and its key, as the command line reads them. */
  readonly env: Record<string, string>;
  /** Its trunks; a test may change them. */
  readonly trunks: SIPOutboundTrunkInfo[];
  /** Methods that were called, without those that list. */
  readonly changes: string[];
  /** Passwords are left out of what it shows. */
  hidePasswords: boolean;
  close(): Promise<void>;
};

/** The part of LiveKit's telephony API that has to do with outbound trunks, in memory (livekit-server, pkg/service/sip.go). */
export const startFakeLiveKit = async (): Promise<FakeLiveKit> => {
  const key = { apiKey: 'fake-key', apiSecret: 'fake-secret-0123456789-0123456789-012345' };
  const verifier = new TokenVerifier(key.apiKey, key.apiSecret);
  const trunks: SIPOutboundTrunkInfo[] = [];
  const changes: string[] = [];
  const shown = (info: SIPOutboundTrunkInfo): unknown => {
    const copy = info.clone();
    if (fake.hidePasswords) copy.authPassword = '';
    return copy.toJson();
  };

  const answer = (method: string, body: Json): unknown => {
    if (method === 'ListSIPOutboundTrunk') return { items: trunks.map(shown) };
    changes.push(method);
    if (method === 'CreateSIPOutboundTrunk') {
      const info = SIPOutboundTrunkInfo.fromJson(body.trunk as never);
      info.sipTrunkId = `ST_fake${trunks.length + 1}`;
      trunks.push(info);
      return shown(info);
    }
    const info = trunks.find(({ sipTrunkId }) => sipTrunkId === body.sipTrunkId);
    if (method !== 'UpdateSIPOutboundTrunk' || info === undefined) return null;
    const { numbers, ...fields } = body.update as Json & { numbers?: { set: string[] } };
    Object.assign(info, SIPOutboundTrunkInfo.fromJson({ ...(info.toJson() as Json), ...fields } as never));
    if (numbers !== undefined) info.numbers = numbers.set;
    return shown(info);
  };

  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    try {
      await verifier.verify((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    } catch {
      return send(401, { code: 'unauthenticated', msg: 'invalid API key' });
    }
    const answered = answer(request.url?.split('/').at(-1) ?? '', JSON.parse(text));
    return answered === null ? send(404, { code: 'not_found', msg: 'no such trunk' }) : send(200, answered);
  });
  const { port, close } = await listen(server);
  const fake: FakeLiveKit = {
    env: {
      LIVEKIT_URL: `ws://127.0.0.1:${port}`,
      LIVEKIT_API_KEY: key.apiKey,
      LIVEKIT_API_SECRET: key.apiSecret,
    },
    trunks,
    changes,
    hidePasswords: false,
    close,
  };
  return fake;
};
