/** Watches for silence of both sides; times in ms. */
export type SilenceWatch = {
  /** Both sides are silent from now on. */
  quiet(): void;
  /** Somebody speaks, or the agent thinks. */
  sound(): void;
  /** The callee said or pressed something: the prompts begin anew. */
  heard(): void;
  /** No prompts while this work runs, a transfer for instance. */
  during<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
};

/** One prompt for each `promptAfterMs` of silence; after the last one, and as much silence again, `end`. */
export const createSilenceWatch = (options: {
  readonly promptAfterMs: number;
  readonly prompts: readonly string[];
  readonly prompt: (text: string) => void;
  readonly end: () => void;
}): SilenceWatch => {
  let timer: NodeJS.Timeout | undefined;
  let isQuiet = false;
  let spoken = 0;
  let busy = 0;
  let stopped = false;

  const timeUp = () => {
    timer = undefined;
    const text = options.prompts[spoken];
    spoken += 1;
    if (text === undefined) {
      stopped = true;
      options.end();
    } else options.prompt(text);
    // A prompt that makes no sound must not be the last one.
    restart();
  };
  const restart = () => {
    clearTimeout(timer);
    timer = undefined;
    if (isQuiet && busy === 0 && !stopped) timer = setTimeout(timeUp, options.promptAfterMs).unref();
  };
  return {
    quiet: () => {
      if (isQuiet) return;
      isQuiet = true;
      restart();
    },
    sound: () => {
      isQuiet = false;
      restart();
    },
    heard: () => {
      spoken = 0;
      restart();
    },
    during: async (work) => {
      busy += 1;
      restart();
      try {
        return await work();
      } finally {
        busy -= 1;
        restart();
      }
    },
    stop: () => {
      stopped = true;
      restart();
    },
  };
};
