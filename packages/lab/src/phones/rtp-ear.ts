import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { encodeWav } from '../speech/wav.ts';

/** Hears the A-law sound of one call from its first packet on, before the answer too. */
export type RtpEar = {
  /** Where the phone's SDP sends the sound. */
  readonly port: number;
  /** When the first sound above `LOUD` came, ms since 1970; `null`: none yet. */
  firstSoundAt(): number | null;
  /** Writes what was heard so far as a WAV. */
  save(file: string): Promise<void>;
  close(): void;
};

const RTP_HEADER = 12;
const PCMA = 8;
const LOUD = 1_000;

/** G.711 A-law, as ITU-T writes it down. */
const fromALaw = (byte: number): number => {
  const code = byte ^ 0x55;
  const segment = (code & 0x70) >> 4;
  const step = ((code & 0x0f) << 4) + (segment === 0 ? 8 : 0x108);
  const size = segment > 1 ? step << (segment - 1) : step;
  return (code & 0x80) === 0 ? -size : size;
};

/** Listens on a free port of loopback. */
export const startRtpEar = async (): Promise<RtpEar> => {
  const socket = createSocket('udp4');
  const samples: number[] = [];
  let firstSoundAt: number | null = null;
  socket.on('message', (packet) => {
    if (((packet[1] ?? 0) & 0x7f) !== PCMA) return;
    for (const byte of packet.subarray(RTP_HEADER)) {
      const sample = fromALaw(byte);
      samples.push(sample);
      if (Math.abs(sample) > LOUD) firstSoundAt ??= Date.now();
    }
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    firstSoundAt: () => firstSoundAt,
    save: (file) => writeFile(file, encodeWav({ rate: 8_000, samples: Int16Array.from(samples) })),
    close: () => void socket.close(),
  };
};
