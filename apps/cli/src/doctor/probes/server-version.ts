import { randomBytes } from 'node:crypto';
import { JobType, ServerInfo_Edition, ServerMessage, WorkerMessage } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import type { LiveKitAccess } from '../../livekit-access.ts';

/** What LiveKit says about itself, or why it did not. */
export type ServerVersion =
  | { readonly status: 'told'; readonly version: string; readonly cloud: boolean; readonly region: string }
  | { readonly status: 'silent'; readonly reason: string };

// A token in the address would stand in access logs: it goes into the headers, which undici's WebSocket can send.
const open = (url: URL, token: string): WebSocket =>
  new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });

/**
 * Registers for a moment as a worker under a name of its own, which gets no job, and reads `server_info` of the
 * answer: the one place besides a room in which LiveKit tells its version. Never rejects.
 */
export const askServerVersion = async (access: LiveKitAccess, timeoutMs: number): Promise<ServerVersion> => {
  const token = new AccessToken(access.apiKey, access.apiSecret, { ttl: '1m' });
  token.addGrant({ agent: true });
  const url = new URL(access.url);
  url.protocol = url.protocol.replace('http', 'ws');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/agent`;
  const socket = open(url, await token.toJwt());
  socket.binaryType = 'arraybuffer';
  const answer = Promise.withResolvers<ServerVersion>();
  const silent = (reason: string) => answer.resolve({ status: 'silent', reason });
  const timer = setTimeout(() => silent('no answer in time'), timeoutMs);
  socket.addEventListener('open', () => {
    const agentName = `outdial-doctor-${randomBytes(8).toString('hex')}`;
    const register = { type: JobType.JT_ROOM, agentName, version: '0' };
    socket.send(new WorkerMessage({ message: { case: 'register', value: register } }).toBinary());
  });
  socket.addEventListener('message', ({ data }) => {
    try {
      const { message } = ServerMessage.fromBinary(new Uint8Array(data));
      if (message.case !== 'register') return;
      const info = message.value.serverInfo;
      if (info === undefined || info.version === '') return silent('the answer names no version');
      answer.resolve({
        status: 'told',
        version: info.version,
        cloud: info.edition === ServerInfo_Edition.Cloud,
        region: info.region,
      });
    } catch (error) {
      silent(String(error));
    }
  });
  socket.addEventListener('error', () => silent('the connection for workers was refused'));
  socket.addEventListener('close', ({ code }) => silent(`the connection for workers was closed (${code})`));
  const told = await answer.promise;
  clearTimeout(timer);
  socket.close();
  return told;
};
