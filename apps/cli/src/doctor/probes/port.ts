import { createServer } from 'node:net';
import { codeOf } from '../../errors.ts';

/** `free`, `taken`, or the code of why nothing can listen there. */
export type PortFacts = { readonly use: 'free' | 'taken' | (string & {}) };

/** Listens for a moment on an address of this machine. Never rejects. */
export const tryPort = (host: string, port: number): Promise<PortFacts> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => {
      const code = codeOf(error);
      done({ use: code === 'EADDRINUSE' ? 'taken' : code });
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => done({ use: 'free' })));
  });
