/** Digits pressed within this time of each other belong together; `#` ends them at once. */
const GATHER_MS = 1_200;
const DIGIT = /^[0-9*#A-Da-d]$/;

/** Gathers the keys that the callee presses. */
export type Keypad = { press(digit: string): void; stop(): void };

/** `onDigits` gets them together, `12#` for instance. */
export const createKeypad = (onDigits: (digits: string) => void): Keypad => {
  let digits = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    const pressed = digits;
    digits = '';
    if (pressed !== '') onDigits(pressed);
  };
  return {
    press: (digit) => {
      if (!DIGIT.test(digit)) return;
      digits += digit.toUpperCase();
      clearTimeout(timer);
      if (digit === '#') flush();
      else timer = setTimeout(flush, GATHER_MS).unref();
    },
    stop: () => {
      clearTimeout(timer);
      digits = '';
    },
  };
};
