import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of the loopback that is free at this moment. */
export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
