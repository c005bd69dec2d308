import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhoneRoute } from '../carrier/carrier.ts';
import type { PortBlock } from '../ports.ts';
import type { Part, PartRunner } from '../process.ts';
import { waitFor } from '../wait-for.ts';
import type { PhoneCall } from './answering-line.ts';
import { type AnsweringPhone, startAnsweringPhone } from './answering-phone.ts';
import { LINE_PORTS, type LinePorts } from './baresip-config.ts';
import { LAB_NUMBERS, LOGIN_AT_PHONE, nationalNumber, SPARE_NUMBERS } from './numbers.ts';
import type { PhoneWords } from './phone-audio.ts';
import { refuse, ringForEver } from './scenario.ts';
import { SIPP_PORTS, startSippPhone } from './sipp-phone.ts';

/** A phone that `add` plugged in. */
export type AddedPhone = { number: string; remove(): Promise<void> };

/** The phones of a running lab. Numbers may be written in any form. */
export type Phones = {
  /** Calls of an answering phone since they were answered, oldest first; a transferred phone's own call too. */
  calls(number: string): PhoneCall[];
  /** The call as the phone that answered it saw it, as soon as it was answered. Rejects after 5 s without it. */
  callOf(callId: string): Promise<PhoneCall>;
  /** WAVs of what the phone heard in calls it answered, finished and growing ones, newest last. */
  recordings(number: string): Promise<string[]>;
  /** Hangs up the phone's current calls, waiting up to 1 s for one; gives how many there were. */
  hangUp(number: string): Promise<number>;
  /** Presses keys on an answering phone that is in a call. */
  press(number: string, keys: string): Promise<void>;
  /**
   * What an answering phone says from its next call on: a WAV file, or parts such as
   * `[2000, 'question', 9000, 'goodbye']`. `null`: its own words again.
   */
  say(number: string, words: PhoneWords | null): Promise<void>;
  /**
   * Gives one of SPARE_NUMBERS a phone that follows a SIPp scenario (XML text); a new one takes the old one's place.
   * `words`: what a scenario that plays says, once, with silence behind it; default: silence.
   */
  add(number: string, options: { scenario: string; words?: PhoneWords }): Promise<AddedPhone>;
  /**
   * The SIP port of one of SPARE_NUMBERS, for a phone of the caller's own on 127.0.0.1; its RTP may take the second
   * port further on. Not beside `add`.
   */
  portOf(number: string): number;
};

type Answering = { number: string; lines: number; words: PhoneWords };

/** The agent greets first; about 7 s later its greeting is over and the callee speaks. */
const LISTENS_FIRST_MS = 7_000;
const ANSWERING: readonly Answering[] = [
  { number: LAB_NUMBERS.answers, lines: 3, words: [LISTENS_FIRST_MS, 'transfer'] },
  { number: LAB_NUMBERS.voicemail, lines: 2, words: [500, 'voicemail', 300, 'beep'] },
  { number: LAB_NUMBERS.transferTarget, lines: 2, words: [300, 'target'] },
  { number: LAB_NUMBERS.refusesRefer, lines: 1, words: [300, 'target'] },
];
const SCENARIOS: readonly { number: string; scenario: string }[] = [
  { number: LAB_NUMBERS.busy, scenario: refuse(486, 'Busy Here') },
  { number: LAB_NUMBERS.neverAnswers, scenario: ringForEver() },
  { number: LAB_NUMBERS.declines, scenario: refuse(603, 'Decline') },
];

/** Where each phone listens, fixed before the carrier starts. */
export type PhonePlan = { routes: PhoneRoute[]; lines: Map<string, LinePorts[]>; sipp: Map<string, number> };

export const planPhones = async (ports: PortBlock): Promise<PhonePlan> => {
  const lines = new Map<string, LinePorts[]>();
  const sipp = new Map<string, number>();
  for (const phone of ANSWERING) {
    const own: LinePorts[] = [];
    for (let line = 0; line < phone.lines; line += 1) {
      own.push({
        sip: await ports.take(LINE_PORTS.sip),
        control: await ports.take(LINE_PORTS.control),
        rtp: await ports.take(LINE_PORTS.rtp),
      });
    }
    lines.set(phone.number, own);
  }
  for (const number of [...SCENARIOS.map((phone) => phone.number), ...SPARE_NUMBERS]) {
    sipp.set(number, await ports.take(SIPP_PORTS));
  }
  const routes = [
    ...[...lines].map(([number, own]) => ({ number, ports: own.map(({ sip }) => sip) })),
    ...[...sipp].map(([number, port]): PhoneRoute => {
      const route = { number, ports: [port] };
      return number === LOGIN_AT_PHONE ? { ...route, carrier: 'no_login' } : route;
    }),
    { number: LAB_NUMBERS.carrierSilent, ports: [], carrier: 'silent' as const },
  ];
  return { routes, lines, sipp };
};

export type PhonesOptions = {
  baresip: string;
  sipp: string;
  dir: string;
  carrierPort: number;
  plan: PhonePlan;
};

/** Starts every phone of the lab, side by side. */
export const startPhones = async (
  runner: PartRunner,
  options: PhonesOptions,
): Promise<Phones & { close(): Promise<void> }> => {
  const { plan, carrierPort } = options;
  const dir = join(options.dir, 'phones');
  await mkdir(dir, { recursive: true });

  const startAnswering = ({ number, words }: Answering): Promise<AnsweringPhone> => {
    const lines = plan.lines.get(number) ?? [];
    return startAnsweringPhone(runner, { command: options.baresip, dir, number, lines, carrierPort, words });
  };
  const startSipp = (number: string, scenario: string, words: PhoneWords = []): Promise<Part> =>
    startSippPhone(runner, {
      command: options.sipp,
      dir,
      number,
      port: plan.sipp.get(number) ?? 0,
      scenario,
      words,
    });

  const [answering] = await Promise.all([
    Promise.all(ANSWERING.map(startAnswering)),
    Promise.all(SCENARIOS.map(({ number, scenario }) => startSipp(number, scenario))),
  ]);
  const added = new Map<string, Part>();

  const phone = (number: string): AnsweringPhone => {
    const found = answering.find((candidate) => candidate.number === nationalNumber(number));
    if (found !== undefined) return found;
    const known = answering.map((candidate) => candidate.number).join(', ');
    throw new Error(`${number} is no phone of the lab that answers: ${known}`);
  };

  const spare = (given: string): string => {
    const number = nationalNumber(given);
    if (SPARE_NUMBERS.some((known) => known === number)) return number;
    throw new Error(`${given} is not a spare number of the lab: ${SPARE_NUMBERS.join(', ')}`);
  };

  const add: Phones['add'] = async (given, { scenario, words }) => {
    const number = spare(given);
    await added.get(number)?.stop();
    const part = await startSipp(number, scenario, words);
    added.set(number, part);
    return { number, remove: () => part.stop() };
  };

  const callOf = (callId: string) =>
    waitFor(`an answered call with Call-ID ${callId}`, async () =>
      answering
        .flatMap((candidate) => candidate.calls())
        .find((call) => call.callId === callId && call.direction === 'incoming'),
    );

  return {
    calls: (number) => phone(number).calls(),
    callOf,
    recordings: async (number) => phone(number).recordings(),
    hangUp: async (number) => phone(number).hangUp(),
    press: async (number, keys) => phone(number).press(keys),
    say: async (number, words) => phone(number).say(words),
    add,
    portOf: (number) => plan.sipp.get(spare(number)) ?? 0,
    close: async () => {
      await Promise.all(answering.map((candidate) => candidate.close()));
    },
  };
};
