import { describe, expect, test } from 'vitest';
import { RATE, silence, voice } from '../../test/sound.ts';
import { createEar } from './ear.ts';
import { createGreetingGuard } from './greeting-guard.ts';
import { createVoiceActivity } from './voice-activity.ts';

const rig = (language = 'en', notice: { done(): boolean } | null = null) => {
  const speech = {
    allowInterruptions: false,
    interrupted: false,
    over: false,
    interrupt() {
      this.interrupted = true;
    },
    done() {
      return this.over;
    },
  };
  const activity = createVoiceActivity();
  const guard = createGreetingGuard({ speech, notice, activity, language });
  const ear = createEar((window) => {
    activity.hear(window);
    guard.hear();
  });
  return { guard, speech, play: (...sounds: Int16Array[]) => sounds.map((sound) => ear.hear(sound, RATE)) };
};

describe('what is said at the answer', () => {
  test.each(['Hello?', 'Good morning, Robin speaking.', 'Yes, hello, who is this?', 'Hi.', 'This is Robin.'])(
    '%s does not cut the greeting, and is kept',
    (words) => {
      const { guard, speech, play } = rig();
      play(silence(200), voice(1_000));
      guard.words(words, false);
      guard.words(words, true);
      expect(speech).toMatchObject({ interrupted: false, allowInterruptions: false });
      expect(guard.holdsQuestion()).toBe(false);
      expect(guard.takeHeld()).toBe(words);
      expect(guard.takeHeld()).toBe('');
    },
  );

  test.each([
    'Hello. Could you please transfer me',
    'What are your opening hours',
    'Stop.',
    'Wrong number',
    'I’m not interested',
  ])('%s cuts it at once', (words) => {
    const { guard, speech, play } = rig();
    play(silence(200), voice(600));
    guard.words(words, false);
    expect(speech).toMatchObject({ interrupted: true, allowInterruptions: true });
    expect(guard.takeHeld()).toBe('');
  });

  test('two words that are no hello wait for their answer', () => {
    const { guard } = rig();
    guard.words('Sorry, what?', true);
    expect(guard.holdsQuestion()).toBe(true);
  });

  test('in a language of which no hello is known, a sentence cuts and a few words do not', () => {
    const { guard, speech } = rig('de');
    guard.words('Guten Tag, Robin Müller hier.', true);
    expect(speech.interrupted).toBe(false);
    guard.words('Entschuldigung, ich habe jetzt leider keine Zeit', false);
    expect(speech.interrupted).toBe(true);
  });
});

describe('from then on agents-js’ own rules hold', () => {
  test('two seconds after the answer, when nobody speaks', () => {
    const { speech, play } = rig();
    play(silence(1_900));
    expect(speech.allowInterruptions).toBe(false);
    play(silence(200));
    expect(speech.allowInterruptions).toBe(true);
  });

  test('not while a hello is being said, or its words have not come', () => {
    const { guard, speech, play } = rig();
    play(silence(1_500), voice(1_000));
    guard.words('Good morning', false);
    play(silence(1_000));
    expect(speech.allowInterruptions).toBe(false);
    guard.words('Good morning.', true);
    play(silence(100));
    expect(speech.allowInterruptions).toBe(true);
  });

  test('after six seconds in any case', () => {
    const { guard, speech, play } = rig();
    guard.words('Good', false);
    play(voice(6_100));
    expect(speech.allowInterruptions).toBe(true);
  });
});

test('a greeting that was spoken whole is nothing to cut', () => {
  const { guard, speech } = rig();
  speech.over = true;
  guard.words('What are your opening hours?', true);
  expect(speech.interrupted).toBe(false);
  expect(guard.takeHeld()).toBe('');
});

describe('behind a notice', () => {
  const behind = () => {
    const notice = { over: false, done: () => notice.over };
    return { notice, ...rig('en', notice) };
  };

  test('nothing cuts or opens the greeting before the notice was said, and all of it is kept', () => {
    const { guard, speech, play } = behind();
    play(silence(200), voice(1_000), silence(6_000));
    guard.words('What are your opening hours?', true);
    expect(speech).toMatchObject({ interrupted: false, allowInterruptions: false });
    expect(guard.holdsQuestion()).toBe(true);
    expect(guard.takeHeld()).toBe('What are your opening hours?');
  });

  test('it is guarded as ever when the notice is over', () => {
    const { guard, speech, notice, play } = behind();
    play(silence(200), voice(600));
    notice.over = true;
    guard.words('What are your opening hours', false);
    expect(speech).toMatchObject({ interrupted: true, allowInterruptions: true });
  });
});
