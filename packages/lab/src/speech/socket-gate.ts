import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { createFaultSwitch } from './fault.ts';
import { refuseUpgrade } from './http-answers.ts';
import type { Violation, ViolationLog } from './violations.ts';

/**
 * Faults of the door: new connections are cut off, never answered (as behind a firewall that drops what it does not
 * like), or answered with a status, and open ones are closed.
 */
export type DoorFault = { kind: 'refuse' } | { kind: 'hang' } | { kind: 'status'; status: number };

/** What a check of the upgrade request says: welcome, with what it read, or the HTTP status to refuse with. */
export type Admission<T> = { status: 'ok'; value: T } | { status: 'refused'; code: number; reason: string };

/** The WebSocket side of a service: who gets in, and the faults set on it. */
export type SocketGate<F> = {
  setFault(fault: F | DoorFault | null, times?: number): void;
  /** The fault that a new utterance or session has to show, if one is set. */
  takeFault(): F | null;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
};

const isDoorFault = (fault: { kind: string }): fault is DoorFault =>
  ['refuse', 'hang', 'status'].includes(fault.kind);

/** A gate that lets in what passes `check` and hands it to `connected`; refusals are recorded as violations. */
export const createSocketGate = <F extends { kind: string }, T>(options: {
  service: Violation['service'];
  violations: ViolationLog;
  check(request: IncomingMessage): Admission<T>;
  connected(socket: WebSocket, value: T): void;
}): SocketGate<F> => {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1_000_000 });
  const hanging = new Set<Duplex>();
  const closeAll = (): void => {
    for (const socket of sockets.clients) socket.terminate();
    for (const socket of hanging) socket.destroy();
  };
  const door = createFaultSwitch<DoorFault>();
  const inside = createFaultSwitch<F>();

  return {
    setFault: (fault, times) => {
      const atDoor = fault !== null && isDoorFault(fault);
      door.set(atDoor ? fault : null, times);
      inside.set(fault === null || atDoor ? null : (fault as F), times);
      if (atDoor) closeAll();
    },
    takeFault: inside.take,
    upgrade: (request, socket, head) => {
      const fault = door.take();
      if (fault?.kind === 'refuse') {
        socket.destroy();
        return;
      }
      if (fault?.kind === 'hang') {
        hanging.add(socket);
        socket.on('error', () => undefined).once('close', () => hanging.delete(socket));
        return;
      }
      if (fault?.kind === 'status') {
        refuseUpgrade(socket, fault.status, 'A fault set by the lab');
        return;
      }
      const admission = options.check(request);
      if (admission.status === 'refused') {
        options.violations.add(options.service, admission.reason, {
          url: request.url,
          headers: request.headers,
        });
        refuseUpgrade(socket, admission.code, admission.reason);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        // A broken connection also closes, and 'close' is what the services listen to.
        ws.on('error', () => undefined);
        options.connected(ws, admission.value);
      });
    },
    stop: () => {
      closeAll();
      sockets.close();
    },
  };
};
