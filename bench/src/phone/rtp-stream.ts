import { createSocket } from 'node:dgram';
import { peakOf, SILENCE } from './a-law.ts';
import { FRAME_MS, type HeardPacket, LOUD_PEAK } from './call-log.ts';
import { now } from './clock.ts';

const PCMA = 8;
const HEADER_BYTES = 12;
export const FRAME_BYTES = 160;

/** The two directions of one call's sound. */
export type RtpStream = {
  readonly heard: readonly HeardPacket[];
  readonly ownLatenessMs: () => number;
  /** Sends these A-law bytes from the next frame on; gives when the first loud frame left and the last was over. */
  say(words: Uint8Array): Promise<{ from: number; to: number }>;
  close(): void;
};

/** An RTP packet read (RFC 3550 section 5.1), `null` for other payloads than PCMA. */
export const readRtp = (packet: Buffer): { seq: number; payload: Buffer } | null => {
  if (packet.length <= HEADER_BYTES || packet.readUInt8(0) >> 6 !== 2) return null;
  if ((packet.readUInt8(1) & 0x7f) !== PCMA) return null;
  const first = packet.readUInt8(0);
  let start = HEADER_BYTES + (first & 15) * 4;
  if ((first & 0x10) !== 0) start += 4 + packet.readUInt16BE(start + 2) * 4;
  return { seq: packet.readUInt16BE(2), payload: packet.subarray(start) };
};

/** A packet of PCMA (RFC 3551). */
export const makeRtp = (frame: number, ssrc: number, payload: Uint8Array): Buffer => {
  const packet = Buffer.alloc(HEADER_BYTES + payload.length);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(frame === 0 ? 0x80 | PCMA : PCMA, 1);
  packet.writeUInt16BE(frame & 0xffff, 2);
  packet.writeUInt32BE((frame * FRAME_BYTES) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.set(payload, HEADER_BYTES);
  return packet;
};

const QUIET = new Uint8Array(FRAME_BYTES).fill(SILENCE);

const framesOf = (words: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(words.length / FRAME_BYTES) }, (_, i) => {
    const frame = QUIET.slice();
    frame.set(words.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES));
    return frame;
  });

/** Opens the phone's RTP port and sends a frame each 20 ms, silence while nothing is said. */
export const openRtp = async (
  port: number,
  remote: { address: string; port: number },
): Promise<RtpStream> => {
  const socket = createSocket('udp4');
  const heard: HeardPacket[] = [];
  socket.on('message', (packet) => {
    const at = now();
    const rtp = readRtp(packet);
    if (rtp !== null) heard.push({ at, seq: rtp.seq, peak: peakOf(rtp.payload) });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', resolve);
  });

  const started = now();
  let sent = 0;
  let lateness = 0;
  let speaking: { frames: Uint8Array[]; done: (times: { from: number; to: number }) => void } | null = null;
  let from = 0;
  let to = 0;
  let timer: NodeJS.Timeout | undefined;

  const sendFrame = (): void => {
    const frame = speaking?.frames.shift() ?? QUIET;
    socket.send(makeRtp(sent, 1, frame), remote.port, remote.address);
    sent += 1;
    if (speaking === null) return;
    if (peakOf(frame) > LOUD_PEAK) {
      to = now() + FRAME_MS;
      from ||= now();
    }
    if (speaking.frames.length > 0) return;
    speaking.done({ from, to });
    speaking = null;
  };
  // Frames leave by the clock, not one after another: a late one does not delay those behind it.
  const tick = (): void => {
    const due = started + sent * FRAME_MS;
    lateness = Math.max(lateness, now() - due);
    sendFrame();
    timer = setTimeout(tick, Math.max(0, started + sent * FRAME_MS - now()));
  };
  tick();

  return {
    heard,
    ownLatenessMs: () => lateness,
    say: (words) =>
      new Promise((done) => {
        from = 0;
        to = 0;
        speaking = { frames: framesOf(words), done };
      }),
    close: () => {
      clearTimeout(timer);
      socket.close();
    },
  };
};
