import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SIPOutboundConfig, SIPTransport } from '@livekit/protocol';
import {
  type CreateSipParticipantOptions,
  RoomServiceClient,
  SipCallError,
  SipClient,
} from 'livekit-server-sdk';
import type { TrunkUser } from './carrier/carrier.ts';
import type { CarrierCall } from './carrier/carrier-call.ts';
import type { Lab } from './lab.ts';
import { waitFor } from './wait-for.ts';

const TESTS = resolve(import.meta.dirname, '../../../.lab/tests');

/** A new folder for the lab of the test so named. It stays for a look at its logs until the next run. */
export const labDir = (name: string): string => {
  const dir = join(TESTS, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
};

export type DialOptions = CreateSipParticipantOptions & { user?: TrunkUser };
export type Dialed = {
  room: string;
  /** `null` when the call was answered. */
  error: { status: number | null; reason: string | null; text: string } | null;
};

let rooms = 0;

/** Places calls as LiveKit's API does, over the lab's trunk given inline, and finds them at the carrier. */
export const createCaller = (lab: Lab) => {
  const { url, apiKey, apiSecret } = lab.livekit;
  const sip = new SipClient(url.replace('ws:', 'http:'), apiKey, apiSecret);
  const roomService = new RoomServiceClient(url.replace('ws:', 'http:'), apiKey, apiSecret);

  const dial = async (number: string, options: DialOptions = {}): Promise<Dialed> => {
    const { user = lab.trunk.users.standard, ...rest } = options;
    rooms += 1;
    const room = `room-${process.pid}-${rooms}`;
    const trunk = new SIPOutboundConfig({
      hostname: lab.trunk.address,
      transport: SIPTransport.SIP_TRANSPORT_UDP,
      authUsername: user.username,
      authPassword: user.password,
    });
    const base = { participantIdentity: 'callee', fromNumber: '+61255500199', ringingTimeout: 10 };
    try {
      await sip.createSipParticipant('', number, room, { ...base, ...rest, waitUntilAnswered: true }, trunk);
      return { room, error: null };
    } catch (error) {
      if (error instanceof SipCallError) {
        const [status, reason] = [error.sipStatusCode ?? null, error.sipStatus ?? null];
        return { room, error: { status, reason, text: error.message } };
      }
      return { room, error: { status: null, reason: null, text: String(error) } };
    }
  };

  return {
    dial,
    hangUp: (room: string) => roomService.removeParticipant(room, 'callee'),
    transfer: (room: string, target: string, headers: Record<string, string>) =>
      sip.transferSipParticipant(room, 'callee', target, { headers, ringingTimeout: 10 }),
    /** The carrier's newest call that fits, as soon as there is one. */
    record: (what: string, fits: (call: CarrierCall) => boolean): Promise<CarrierCall> =>
      waitFor(`a call at the carrier: ${what}`, async () => (await lab.carrier.records()).findLast(fits)),
  };
};
