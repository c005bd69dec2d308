import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Part, PartRunner } from '../process.ts';
import { answersOptions } from '../sip-ping.ts';
import { type PhoneWords, preparePhoneStream } from './phone-audio.ts';
import { PHONE_AUDIO } from './scenario-parts.ts';

/**
 * SIP and, next to it, SIPp's control port; RTP with SIPp's second audio port two further on. A second call that
 * plays would take ports behind these: a phone that plays is for one call at a time.
 */
export const SIPP_PORTS = 5;

export type SippOptions = {
  command: string;
  dir: string;
  number: string;
  port: number;
  scenario: string;
  words: PhoneWords;
};

/**
 * A phone that follows a SIPp scenario (XML text) for each call. Ready when it answers OPTIONS, which SIPp does
 * apart from the scenario.
 */
export const startSippPhone = async (runner: PartRunner, options: SippOptions): Promise<Part> => {
  const { number, port } = options;
  const dir = join(options.dir, number);
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'scenario.xml');
  const audio = join(dir, 'says.al');
  if (options.scenario.includes(PHONE_AUDIO)) await preparePhoneStream(options.words, audio);
  await writeFile(file, options.scenario.replaceAll(PHONE_AUDIO, audio));
  return runner.start({
    name: `phone-${number}`,
    command: options.command,
    args: [
      ...['-sf', file, '-i', '127.0.0.1', '-p', String(port), '-s', number],
      ...['-ci', '127.0.0.1', '-cp', String(port + 1), '-mi', '127.0.0.1', '-mp', String(port + 2)],
      // -f: the screen is drawn once an hour, the log stays small. -aa: answers OPTIONS.
      ...['-nostdin', '-aa', '-f', '3600', '-trace_err', '-error_file', join(dir, 'errors.log')],
    ],
    stopSignal: 'SIGKILL',
    ready: () => answersOptions(port),
  });
};
