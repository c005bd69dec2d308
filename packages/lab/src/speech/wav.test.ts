import { describe, expect, test } from 'vitest';
import { decodeWav, encodeWav } from './wav.ts';

const samples = Int16Array.from([1, -2, 3, -32768, 32767]);
const wav = encodeWav({ rate: 8000, samples });

test('decodes what it encodes', () => {
  expect(decodeWav(wav)).toEqual({ rate: 8000, samples });
});

describe('a length that does not fit', () => {
  test.each([0, 4, 100, 0xffffffff])('%i: all that is there is read', (length) => {
    const growing = Buffer.from(wav);
    growing.writeUInt32LE(length, 40);
    expect(decodeWav(growing).samples).toEqual(samples);
  });

  test('half a sample at the end is left out', () => {
    expect(decodeWav(wav.subarray(0, -1)).samples).toEqual(samples.slice(0, -1));
  });
});

test('a chunk after the data is no sound', () => {
  const chunk = Buffer.concat([Buffer.from('LIST'), Buffer.from([4, 0, 0, 0]), Buffer.from('INFO')]);
  expect(decodeWav(Buffer.concat([wav, chunk])).samples).toEqual(samples);
});

test('of two channels the first is kept', () => {
  const stereo = Buffer.from(wav);
  stereo.writeUInt16LE(2, 22);
  expect(decodeWav(stereo).samples).toEqual(Int16Array.from([1, 3]));
});

test('a header without data yet is silence of no length', () => {
  expect(decodeWav(wav.subarray(0, 36)).samples).toHaveLength(0);
});

test('says what is wrong with other files', () => {
  expect(() => decodeWav(Buffer.from('hello there, world'), 'x.wav')).toThrow('x.wav is no WAV file');
  const float = Buffer.from(wav);
  float.writeUInt16LE(3, 20);
  expect(() => decodeWav(float, 'x.wav')).toThrow('16-bit PCM');
});
