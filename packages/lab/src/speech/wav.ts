import { readFile } from 'node:fs/promises';

/** Mono 16-bit samples with their rate in Hz. */
export type Sound = { rate: number; samples: Int16Array };

const HEADER_BYTES = 44;
const PCM = 1;
const EXTENSIBLE = 0xfffe;

/** Encodes mono samples as a WAV file with a plain 44-byte header. */
export const encodeWav = ({ rate, samples }: Sound): Buffer => {
  const bytes = samples.length * 2;
  const wav = Buffer.alloc(HEADER_BYTES + bytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(PCM, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(bytes, 40);
  Buffer.from(samples.buffer, samples.byteOffset, bytes).copy(wav, HEADER_BYTES);
  return wav;
};

/** True when whole chunks, each with a printable name, fill `wav` from `offset` to its very end. */
const chunksFollow = (wav: Buffer, offset: number): boolean => {
  let at = offset;
  while (at + 8 <= wav.length) {
    if (!/^[\x20-\x7e]{4}$/.test(wav.toString('latin1', at, at + 4))) return false;
    const size = wav.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  return at === wav.length;
};

/** Little-endian 16-bit bytes as samples; an odd last byte is left out. Copies, so any alignment will do. */
export const bytesToSamples = (bytes: Buffer): Int16Array => {
  const even = bytes.length - (bytes.length % 2);
  return new Int16Array(new Uint8Array(bytes.subarray(0, even)).buffer);
};

const firstChannel = (samples: Int16Array, channels: number): Int16Array =>
  channels === 1
    ? samples
    : Int16Array.from(
        { length: Math.floor(samples.length / channels) },
        (_, i) => samples[i * channels] ?? 0,
      );

/**
 * Decodes a 16-bit PCM WAV; of several channels the first one is kept. A recorder writes the right length
 * only when it closes the file, so a length that does not fit is ignored and all that is there is read.
 */
export const decodeWav = (wav: Buffer, name = 'the WAV'): Sound => {
  if (
    wav.length < 12 ||
    wav.toString('latin1', 0, 4) !== 'RIFF' ||
    wav.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    throw new Error(
      `${name} is no WAV file: it starts with ${wav.subarray(0, 12).toString('hex') || 'nothing'}`,
    );
  }
  let format: { channels: number; rate: number } | undefined;
  let at = 12;
  while (at + 8 <= wav.length) {
    const id = wav.toString('latin1', at, at + 4);
    const size = wav.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 16 <= wav.length) {
      const kind = wav.readUInt16LE(body);
      const bits = wav.readUInt16LE(body + 14);
      if ((kind !== PCM && kind !== EXTENSIBLE) || bits !== 16) {
        throw new Error(
          `${name} has format ${kind} with ${bits} bits; convert it to 16-bit PCM (sox -b 16 -e signed)`,
        );
      }
      format = { channels: wav.readUInt16LE(body + 2), rate: wav.readUInt32LE(body + 4) };
    }
    if (id === 'data') {
      if (!format) throw new Error(`${name} has its data before its format chunk`);
      const end = body + size + (size % 2);
      const trusted = size > 0 && end <= wav.length && chunksFollow(wav, end);
      const samples = bytesToSamples(wav.subarray(body, trusted ? body + size : wav.length));
      return { rate: format.rate, samples: firstChannel(samples, format.channels) };
    }
    at = body + size + (size % 2);
  }
  return { rate: format?.rate ?? 8000, samples: new Int16Array(0) };
};

/** Reads a WAV file, also one that is still being written. */
export const readWav = async (file: string): Promise<Sound> => decodeWav(await readFile(file), file);
