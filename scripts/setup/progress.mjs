const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const REDRAW_MS = 120;
const HEARTBEAT_MS = 30_000;
/** A step faster than this had nothing to do; a line about it would only be noise. */
const WORTH_A_LINE_MS = 1_500;

/**
 * Elapsed time as people read it: `0.4 s`, `12 s`, `2 min 05 s`.
 * @param {number} ms
 */
export const formatElapsed = (ms) => {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
};

/**
 * One line per step, with its elapsed time: redrawn on a terminal, otherwise printed when the step ends
 * and every half minute while it lasts.
 * @param {{ stream?: { write(text: string): unknown, isTTY?: boolean }, now?: () => number }} [options]
 */
export const createProgress = ({ stream = process.stdout, now = Date.now } = {}) => {
  const live = Boolean(stream.isTTY);
  const clear = live ? '\r\x1b[K' : '';
  const started = now();

  return {
    /**
     * @template T
     * @param {string} title
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async step(title, work) {
      const since = now();
      const elapsed = () => now() - since;
      let frame = 0;
      const draw = () => {
        frame += 1;
        stream.write(`${clear}${FRAMES[frame % FRAMES.length]} ${title}  ${formatElapsed(elapsed())}`);
      };
      const beat = () => stream.write(`… ${title}: still at it after ${formatElapsed(elapsed())}\n`);
      const timer = setInterval(live ? draw : beat, live ? REDRAW_MS : HEARTBEAT_MS);
      try {
        const result = await work();
        stream.write(
          elapsed() >= WORTH_A_LINE_MS ? `${clear}✓ ${title}  ${formatElapsed(elapsed())}\n` : clear,
        );
        return result;
      } catch (error) {
        stream.write(`${clear}✗ ${title}  ${formatElapsed(elapsed())}\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
    /** @param {string} line */
    note(line) {
      stream.write(`${clear}${line}\n`);
    },
    /** Milliseconds since this progress began. */
    elapsed: () => now() - started,
  };
};

/** @typedef {ReturnType<typeof createProgress>} Progress */
