import { setTimeout as pause } from 'node:timers/promises';
import type { Room } from '@livekit/rtc-node';

/** livekit-sip sends each key for 250 ms and is silent for as long (its media-sdk, dtmf.go). */
const KEY_MS = 550;
const WAIT_MS = 500;
const EVENTS = '0123456789*#';

/** Presses keys one after the other (RFC 4733 events by livekit-sip); `w` waits half a second. */
export const pressKeys = async (
  room: Pick<Room, 'localParticipant'>,
  keys: string,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<void> => {
  for (const key of keys) {
    const event = EVENTS.indexOf(key);
    if (event >= 0) await room.localParticipant?.publishDtmf(event, key);
    await wait(event >= 0 ? KEY_MS : WAIT_MS);
  }
};
