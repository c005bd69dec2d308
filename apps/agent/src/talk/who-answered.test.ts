import { describe, expect, test } from 'vitest';
import { noise, RATE, silence, voice } from '../../test/sound.ts';
import { createEar } from './ear.ts';
import type { Answerer } from './signs.ts';
import { createVoiceActivity } from './voice-activity.ts';
import { createWhoAnswered } from './who-answered.ts';

const rig = (model: Answerer | null = null) => {
  const activity = createVoiceActivity();
  const ear = createEar(activity.hear);
  const asked: string[] = [];
  const verdicts: Answerer[] = [];
  const who = createWhoAnswered({
    activity,
    classify: async (words) => {
      asked.push(words);
      return model;
    },
    onVerdict: (answerer) => verdicts.push(answerer),
  });
  return {
    who,
    asked,
    verdicts,
    play: (...sounds: Int16Array[]) => sounds.map((sound) => ear.hear(sound, RATE)),
  };
};

const CHATTY = 'Robin speaking and before you say anything I really have no time at all today';

describe('the first gate asks nobody', () => {
  test('a short greeting and a pause is a human', () => {
    const { who, asked, play } = rig();
    play(silence(300), voice(1_200), silence(800));
    who.words('Good morning, Robin speaking.', true);
    expect(who.answeredBy()).toBe('human');
    expect(asked).toEqual([]);
  });

  test('whoever listens to the greeting first is a human, however much they say', () => {
    const { who, asked, play } = rig('voicemail');
    play(silence(5_000), voice(4_000));
    who.words(CHATTY, true);
    expect(who.answeredBy()).toBe('human');
    expect(asked).toEqual([]);
  });

  test('nothing but silence, or noise on the line, is unknown', () => {
    const quiet = rig();
    quiet.play(silence(10_000));
    expect(quiet.who.answeredBy()).toBe('unknown');
    const noisy = rig();
    noisy.play(noise(10_000, 0.006));
    expect(noisy.who.answeredBy()).toBe('unknown');
    expect(noisy.verdicts).toEqual([]);
  });
});

describe('long first words', () => {
  test('are put to the model while they are spoken, and only when there is news', async () => {
    const { who, asked, verdicts, play } = rig('voicemail');
    play(silence(300), voice(3_000));
    who.words('Robin speaking', false);
    expect(asked).toEqual([]);
    who.words('Robin speaking and before you say', false);
    who.words('Robin speaking and before you say', false);
    expect(asked).toHaveLength(1);
    await who.ready();
    expect(verdicts).toEqual(['voicemail']);
    expect(who.answeredBy()).toBe('voicemail');
  });

  test('a model that takes them for a human settles it', async () => {
    const { who, verdicts, play } = rig('human');
    play(silence(300), voice(4_000), silence(800));
    who.words(CHATTY, true);
    await who.ready();
    expect(who.answeredBy()).toBe('human');
    expect(verdicts).toEqual([]);
  });

  test('a model that cannot say leaves it unknown, and is asked three times at most', async () => {
    const { who, asked, play } = rig(null);
    play(silence(300), voice(4_000));
    const words = CHATTY.split(' ');
    for (let n = 1; n <= words.length; n += 1) {
      who.words(words.slice(0, n).join(' '), false);
      await who.ready();
    }
    for (const more of ['one two three four five', 'six seven eight nine ten', 'eleven twelve']) {
      who.words(more, true);
      await who.ready();
    }
    expect(asked).toHaveLength(3);
    expect(who.answeredBy()).toBe('unknown');
  });
});

describe('plain signs', () => {
  test.each<[string, Answerer]>([
    ['Hi, you have reached the voicemail of Robin.', 'voicemail'],
    ['Please leave a message after the tone.', 'voicemail'],
    ['The mailbox is full. Goodbye.', 'mailbox_full'],
    ['Welcome to Acme. For sales, press one.', 'ivr'],
    ['Please say your name and why you are calling.', 'screening'],
  ])('%s', (words, answerer) => {
    const { who, asked, verdicts, play } = rig();
    play(silence(300), voice(1_500));
    who.words(words, false);
    expect(verdicts).toEqual([answerer]);
    expect(asked).toEqual([]);
  });

  test.each([
    'Can I leave a message?',
    'Is this the voice of a machine?',
    'I cannot talk now, call me back.',
  ])('%s is a human’s word', (words) => {
    const { who, verdicts, play } = rig();
    play(silence(300), voice(1_200), silence(800));
    who.words(words, true);
    expect(verdicts).toEqual([]);
    expect(who.answeredBy()).toBe('human');
  });

  describe.each([
    'She is out, you can leave a message with me.',
    'Robin is not available, can I take a message?',
    "Sorry, I can't take your call right now, I am driving.",
    'Can you tell me your name first, please?',
  ])('a person who says "%s"', (words) => {
    test('after the greeting is no machine', async () => {
      const { who, verdicts, asked, play } = rig('human');
      play(silence(5_000), voice(3_000));
      who.words(words, false);
      who.words(words, true);
      await who.ready();
      expect(asked).toHaveLength(1);
      expect(verdicts).toEqual([]);
      expect(who.answeredBy()).toBe('human');
    });

    test('as the first words is none, as far as a model can say', async () => {
      const { who, verdicts, play } = rig('human');
      play(silence(300), voice(3_000));
      who.words(words, true);
      await who.ready();
      expect(verdicts).toEqual(/tell me your name/.test(words) ? ['screening'] : []);
    });

    test('in the second turn is none either, also when no model answers', async () => {
      const { who, verdicts, asked, play } = rig(null);
      play(silence(300), voice(800), silence(800));
      who.words('Hello?', true);
      play(silence(1_000), voice(3_000));
      who.words(words, false);
      who.words(words, true);
      await who.ready();
      play(silence(800));
      expect(asked).toHaveLength(1);
      expect(verdicts).toEqual([]);
      expect(who.answeredBy()).toBe('human');
    });
  });

  test.each([
    'Robin is not available. At the tone, please record your message.',
    'Please leave a message after the beep.',
    'You have reached the voicemail of Robin.',
  ])('a machine that says "%s" in the second turn is one', (words) => {
    const { who, asked, verdicts, play } = rig();
    play(silence(300), voice(800), silence(800));
    who.words('Hello.', true);
    who.words(words, true);
    expect(verdicts).toEqual(['voicemail']);
    expect(asked).toEqual([]);
  });

  test.each(['I cannot take your call right now.', 'Nobody is here, please leave a message.'])(
    '"%s" as the first words are a voicemail’s when no model can say',
    async (words) => {
      const { who, asked, verdicts, play } = rig(null);
      play(silence(300), voice(3_000));
      who.words(words, true);
      await who.ready();
      expect(asked).toEqual([words]);
      expect(verdicts).toEqual(['voicemail']);
    },
  );

  test.each<[string, Answerer]>([
    ['Robin is not available, please leave your message.', 'voicemail'],
    ['For sales, press one.', 'ivr'],
  ])('"%s" in the second turn is for the model to say', async (words, answerer) => {
    const { who, verdicts, play } = rig(answerer);
    play(silence(300), voice(800), silence(800));
    who.words('Hello.', true);
    who.words(words, true);
    await who.ready();
    expect(verdicts).toEqual([answerer]);
  });

  test('a model that took the first words for those of a human is corrected', async () => {
    const { who, verdicts, play } = rig('human');
    play(silence(300), voice(3_000));
    who.words('Welcome to Harbour Dental, for appointments', false);
    await who.ready();
    expect(who.answeredBy()).toBe('human');
    who.words('Welcome to Harbour Dental, for appointments press one.', false);
    expect(verdicts).toEqual(['ivr']);
  });

  test('an announcement that pauses after its first word is known later', () => {
    const { who, verdicts, play } = rig();
    play(silence(300), voice(500), silence(900));
    who.words('Hello.', true);
    expect(who.answeredBy()).toBe('human');
    play(voice(2_000));
    who.words('You have reached the voicemail of Robin.', false);
    expect(verdicts).toEqual(['voicemail']);
    expect(who.answeredBy()).toBe('voicemail');
  });

  test('behind a screening service it is the human who speaks next', () => {
    const { who, verdicts, play } = rig();
    play(silence(300), voice(3_000));
    who.words('Please say your name', false);
    who.words('Please say your name and why you are calling.', true);
    expect(who.answeredBy()).toBe('unknown');
    play(silence(3_000), voice(800));
    who.words('Hello?', true);
    expect(who.answeredBy()).toBe('human');
    expect(verdicts).toEqual(['screening']);
  });

  test('in the middle of a conversation they mean nothing', () => {
    const { who, verdicts, play } = rig();
    play(silence(300), voice(1_000), silence(800));
    for (const words of ['Hello.', 'Yes.', 'Sure.']) who.words(words, true);
    who.words('My phone says press one to hear it.', true);
    expect(verdicts).toEqual([]);
  });
});

describe('behind the keys of a menu', () => {
  const behindMenu = (model: Answerer | null) => {
    const behind = rig(model);
    behind.play(silence(300), voice(3_000));
    behind.who.words('For sales, press one.', true);
    expect(behind.who.hearsMachine()).toBe(true);
    behind.who.keysPressed();
    return behind;
  };

  test('a person is found, also late in the call', async () => {
    const { who, asked, play } = behindMenu('human');
    play(silence(40_000), voice(1_000));
    who.words('Sales, Robin speaking.', true);
    await who.ready();
    expect(asked).toEqual(['Sales, Robin speaking.']);
    expect(who.verdict()).toBe('human');
    expect(who.hearsMachine()).toBe(false);
  });

  test('another menu is one, and nobody is asked', async () => {
    const { who, asked } = behindMenu('human');
    who.words('For new orders, press two.', true);
    await who.ready();
    expect(asked).toEqual([]);
    expect(who.answeredBy()).toBe('ivr');
  });

  test('a voicemail is one', () => {
    const { who, verdicts } = behindMenu(null);
    who.words('Nobody is here. Please leave a message after the tone.', true);
    expect(verdicts).toEqual(['ivr', 'voicemail']);
  });

  test('it stays the menu that answered while nobody is found, but may be a person', async () => {
    const { who } = behindMenu(null);
    who.words('Please hold the line.', true);
    await who.ready();
    expect(who.answeredBy()).toBe('ivr');
    expect(who.hearsMachine()).toBe(false);
  });
});
