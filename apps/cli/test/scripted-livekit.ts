import { createServer, type IncomingMessage } from 'node:http';
import { ServerInfo_Edition, ServerMessage, WorkerMessage } from '@livekit/protocol';
import { WebSocketServer } from 'ws';
import { listen } from './local-server.ts';

/** The part of LiveKit that the command line asks: its API for trunks and rooms, and the place where workers register. */
export type ScriptedLiveKit = {
  readonly url: string;
  readonly port: number;
  /** What it answers from now on. */
  readonly state: {
    apiKey: string;
    trunks: readonly Readonly<Record<string, unknown>>[];
    /** HTTP status and body of every API request instead of the usual ones. */
    instead: { readonly status: number; readonly body: string; readonly type: string } | null;
    version: string;
    cloud: boolean;
    /** What its clock is behind ours, ms. */
    behindMs: number;
  };
  /** Names that workers registered under. */
  readonly workers: readonly string[];
  close(): Promise<void>;
};

/** The key that a request's token was signed under, without looking at the signature. */
const keyOf = (request: IncomingMessage): string | null => {
  const claims = /^Bearer [^.]+\.([^.]+)\./.exec(request.headers.authorization ?? '')?.[1];
  return claims === undefined ? null : JSON.parse(Buffer.from(claims, 'base64url').toString()).iss;
};

export const startScriptedLiveKit = async (): Promise<ScriptedLiveKit> => {
  const state: ScriptedLiveKit['state'] = {
    apiKey: 'APItest',
    trunks: [],
    instead: null,
    version: '1.13.5',
    cloud: false,
    behindMs: 0,
  };
  const workers: string[] = [];
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(Date.now() - state.behindMs).toUTCString());
    const say = (status: number, body: string, type = 'application/json') =>
      response.writeHead(status, { 'content-type': type }).end(body);
    if (!request.url?.startsWith('/twirp/')) return say(200, 'OK', 'text/plain');
    if (state.instead !== null) return say(state.instead.status, state.instead.body, state.instead.type);
    if (keyOf(request) !== state.apiKey) return say(401, 'invalid API key', 'text/plain');
    if (request.url.endsWith('/ListSIPOutboundTrunk'))
      return say(200, JSON.stringify({ items: state.trunks }));
    if (request.url.endsWith('/ListRooms')) return say(200, JSON.stringify({ rooms: [] }));
    return say(404, '{"code":"bad_route","msg":"no handler"}');
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/agent' || keyOf(request) !== state.apiKey) {
      return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    }
    sockets.handleUpgrade(request, socket, head, (ws) =>
      ws.on('message', (data) => {
        const { message } = WorkerMessage.fromBinary(data as Buffer);
        if (message.case !== 'register') return;
        workers.push(message.value.agentName);
        const edition = state.cloud ? ServerInfo_Edition.Cloud : ServerInfo_Edition.Standard;
        const value = { workerId: 'AW_1', serverInfo: { version: state.version, edition } };
        ws.send(new ServerMessage({ message: { case: 'register', value } }).toBinary());
      }),
    );
  });
  const { port, close } = await listen(server);
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    state,
    workers,
    close: async () => {
      for (const ws of sockets.clients) ws.terminate();
      await close();
    },
  };
};
