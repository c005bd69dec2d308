import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

const HOST = '127.0.0.1';
/** Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port of ours. */
const FIRST_PORT = 20_000;
const END_PORT = 32_000;
/** How many ports a lab may use. */
export const BLOCK_SIZE = 600;

/** The first port of the block that `port` belongs to. */
export const blockOf = (port: number): number => port - ((port - FIRST_PORT) % BLOCK_SIZE);

/** A block of loopback ports that belongs to one lab. No port is handed out twice. */
export type PortBlock = {
  /** The next `count` neighbouring ports that nobody uses, neither UDP nor TCP. Gives the first of them. */
  take(count?: number): Promise<number>;
  /** Gives the block back. The kernel does it too when this process dies. */
  release(): Promise<void>;
};

const listenTcp = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

const isTcpFree = async (port: number): Promise<boolean> => {
  const server = await listenTcp(port);
  if (server === undefined) return false;
  await closeServer(server);
  return true;
};

const isUdpFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: HOST, exclusive: true }, () => socket.close(() => resolve(true)));
  });

/** Whether nobody on loopback holds the port, in UDP or in TCP. */
export const isPortFree = async (port: number): Promise<boolean> =>
  (await isTcpFree(port)) && (await isUdpFree(port));

/**
 * Claims a block of ports by listening on its first one: two labs can never share a block, and a killed
 * lab's block is free at once. Throws when every block is taken.
 */
export const claimPortBlock = async (): Promise<PortBlock> => {
  for (let first = FIRST_PORT; first + BLOCK_SIZE <= END_PORT; first += BLOCK_SIZE) {
    const claim = await listenTcp(first);
    if (claim !== undefined) {
      claim.unref();
      return portBlock(first, claim);
    }
  }
  throw new Error(
    `every block of ${BLOCK_SIZE} ports from ${FIRST_PORT} to ${END_PORT} on ${HOST} is taken: stop another lab first`,
  );
};

const portBlock = (first: number, claim: Server): PortBlock => {
  let next = first + 1;
  const take = async (count: number): Promise<number> => {
    let start = next;
    for (let port = start; port < start + count; port += 1) {
      if (port >= first + BLOCK_SIZE) {
        throw new Error(
          `no ${count} neighbouring free ports left in ${first}–${first + BLOCK_SIZE - 1} on ${HOST}`,
        );
      }
      // A hole in the run: look for the whole run behind it.
      if (!(await isPortFree(port))) start = port + 1;
    }
    next = start + count;
    return start;
  };
  // One at a time: two callers that search side by side would find the same ports.
  let queue: Promise<unknown> = Promise.resolve();
  return {
    take: (count = 1) => {
      const taken = queue.then(() => take(count));
      queue = taken.catch(() => undefined);
      return taken;
    },
    release: () => closeServer(claim),
  };
};
