import { type Aligner, type Alignment, createAligner } from './aligner.ts';
import { createFrameStream, FRAME_MS } from './features.ts';
import { type Phrase, type Phrasebook, wordsBetween } from './phrasebook.ts';
import { createShaper, type Shape } from './sentence.ts';

/** What was recognised in a turn; times in ms of audio since the stream began. */
export type Heard = { text: string; score: number; covered: number; startMs: number; endMs: number };

export type TurnEvent = { type: 'start' | 'update' | 'eager_end' | 'resume' | 'end'; heard: Heard };

/** Recognises known sentences in a stream. Noise and unknown speech give no event at all. */
export type TurnDetector = {
  push(samples: Int16Array): TurnEvent[];
  /** Ends a turn that is still open. */
  flush(): TurnEvent[];
};

/** What it takes to believe in a turn: half a second that fits, with few gaps. */
const START_EVIDENCE = 50;
const START_DENSITY = 0.6;
/** A sentence heard up to here, counted from its end in frames, is complete. */
const END_TOLERANCE = 10;
const WHOLE = 0.8;
const EAGER_END_FRAMES = 200 / FRAME_MS;
const END_FRAMES = 400 / FRAME_MS;
/** A sentence that broke off may go on after a pause. */
const BROKEN_OFF_FRAMES = 900 / FRAME_MS;

type Track = { phrase: Phrase; aligner: Aligner; best: Alignment | undefined };

const isComplete = ({ phrase }: Track, { to }: Alignment): boolean =>
  to >= phrase.sentence.shapes.length - END_TOLERANCE;

const describe = (track: Track, found: Alignment): Heard => {
  const { phrase } = track;
  const covered = found.matched / phrase.sentence.speechFrames;
  const whole = isComplete(track, found) && covered >= WHOLE;
  return {
    text: whole ? phrase.text : wordsBetween(phrase, found.from, found.to),
    score: found.likeness / phrase.sentence.speechFrames,
    covered,
    startMs: found.heardFrom * FRAME_MS,
    endMs: found.heardTo * FRAME_MS,
  };
};

const isConvincing = ({ evidence, matched, heardFrom, heardTo }: Alignment): boolean =>
  evidence >= START_EVIDENCE && matched >= START_DENSITY * (heardTo - heardFrom);

/** A detector for one stream of samples at `rate` Hz. */
export const createTurnDetector = (book: Phrasebook, rate: number): TurnDetector => {
  const frames = createFrameStream(rate);
  const shape = createShaper(book.average);
  const tracks: Track[] = book.phrases.map((phrase) => ({
    phrase,
    aligner: createAligner(phrase.sentence),
    best: undefined,
  }));
  let frame = 0;
  let said = '';
  let turn: 'none' | 'open' | 'eager' = 'none';

  const leading = (): { track: Track; best: Alignment } | undefined => {
    let lead: { track: Track; best: Alignment } | undefined;
    for (const track of tracks) {
      const { best } = track;
      if (best && best.evidence > (lead?.best.evidence ?? 0)) lead = { track, best };
    }
    return lead;
  };

  const endTurn = (track: Track, best: Alignment): TurnEvent => {
    for (const other of tracks) {
      // Another sentence that began after this one's end has its own turn to come.
      if (other.best && other.best.heardFrom >= best.heardTo) continue;
      other.aligner.reset();
      other.best = undefined;
    }
    turn = 'none';
    said = '';
    return { type: 'end', heard: describe(track, best) };
  };

  const step = (heard: Shape): TurnEvent[] => {
    frame += 1;
    for (const track of tracks) {
      const found = track.aligner.push(heard);
      if (found.evidence > (track.best?.evidence ?? 0)) track.best = found;
      else if (track.best && turn === 'none' && frame - track.best.heardTo > BROKEN_OFF_FRAMES) {
        track.aligner.reset();
        track.best = undefined;
      }
    }
    const lead = leading();
    if (!lead || (turn === 'none' && !isConvincing(lead.best))) return [];
    const { track, best } = lead;
    const events: TurnEvent[] = [];
    const quiet = frame - best.heardTo;
    const complete = isComplete(track, best);
    const heardNow = describe(track, best);
    if (turn === 'none') {
      turn = 'open';
      events.push({ type: 'start', heard: heardNow });
    }
    if (turn === 'eager' && quiet === 0 && !complete) {
      turn = 'open';
      events.push({ type: 'resume', heard: heardNow });
    }
    if (heardNow.text !== said && heardNow.text !== '') {
      said = heardNow.text;
      events.push({ type: 'update', heard: heardNow });
    }
    if (turn === 'open' && complete && quiet >= EAGER_END_FRAMES) {
      turn = 'eager';
      events.push({ type: 'eager_end', heard: heardNow });
    }
    if (quiet >= (complete ? END_FRAMES : BROKEN_OFF_FRAMES)) events.push(endTurn(track, best));
    return events;
  };

  return {
    push: (samples) => frames.push(samples).flatMap((made) => step(shape(made))),
    flush: () => {
      const lead = turn === 'none' ? undefined : leading();
      return lead ? [endTurn(lead.track, lead.best)] : [];
    },
  };
};
