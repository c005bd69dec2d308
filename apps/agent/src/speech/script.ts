import { tokenize } from '@livekit/agents';

/** What one utterance is to say, sentence by sentence, while it is still being written. */
export type Script = {
  readonly sentences: readonly string[];
  /** Whether the last sentence is known. */
  readonly ended: boolean;
  /** More text of the model; a sentence is ready when the next one begins. */
  write(text: string): void;
  /** Makes a sentence of what was written so far. */
  flush(): void;
  end(): void;
  /** The sentences from the `index`th on, as they come. */
  from(index: number): AsyncGenerator<string>;
};

/** As the Cartesia plugin cuts its text: what is shorter is joined with the next sentence. */
const MIN_SENTENCE_LENGTH = 8;

/** Makes an empty script. */
export const createScript = (): Script => {
  const tokenizer = new tokenize.basic.SentenceTokenizer({ minSentenceLength: MIN_SENTENCE_LENGTH }).stream();
  const sentences: string[] = [];
  let ended = false;
  let news = Promise.withResolvers<void>();
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const reading = async (): Promise<void> => {
    for await (const { token } of tokenizer) {
      // A voice asked for signs alone would send no sound, which is a failure elsewhere.
      if (!/[\p{L}\p{N}]/u.test(token)) continue;
      sentences.push(token);
      tell();
    }
    ended = true;
    tell();
  };
  void reading();

  return {
    sentences,
    get ended() {
      return ended;
    },
    write: (text) => tokenizer.pushText(text),
    flush: () => tokenizer.flush(),
    end: () => {
      tokenizer.endInput();
      tokenizer.close();
    },
    from: async function* (index) {
      for (let next = index; ; next += 1) {
        while (sentences[next] === undefined && !ended) await news.promise;
        const sentence = sentences[next];
        if (sentence === undefined) return;
        yield sentence;
      }
    },
  };
};

/** Slower than anybody speaks, characters a second: what took this long for its length was said. */
const SLOWEST = 10;
/** Faster than anybody speaks. */
const FASTEST = 25;

const wordsOf = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;
const lengthOf = (sentences: readonly string[]): number =>
  sentences.reduce((length, sentence) => length + sentence.length, 0);

/** What came of the sentences from `from` on: its length, and its words as far as the voice tells them (`null`: not). */
export type Heard = { readonly from: number; readonly seconds: number; readonly words: number | null };

/**
 * Index of the first sentence that was not spoken to its end; the number of sentences when all were. In doubt a
 * sentence is said again: a repeated one is odd, a missing one is a misunderstanding.
 */
export const firstUnspoken = (sentences: readonly string[], heard: Heard): number => {
  let words = 0;
  let characters = 0;
  for (let index = heard.from; index < sentences.length; index += 1) {
    words += wordsOf(sentences[index] ?? '');
    characters += (sentences[index] ?? '').length;
    const spoken = heard.words === null ? heard.seconds * SLOWEST >= characters : heard.words >= words;
    if (!spoken) return index;
  }
  return sentences.length;
};

/** Whether sound must still come for the sentences handed out so far, however fast the voice speaks. */
export const isOwed = (handed: readonly string[], seconds: number): boolean =>
  seconds * FASTEST < lengthOf(handed);

/** Number of words in a timed piece of speech. */
export const countWords = wordsOf;
