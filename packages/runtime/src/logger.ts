import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { describeError } from './logger-error.ts';
import { maskPrivate } from './mask.ts';

export type { Logger } from 'pino';

/** `LOG_LEVEL` (any case) and `LOG_PII` of the environment, already parsed. */
export type LogOptions = {
  readonly name: string;
  readonly level: 'info' | 'debug';
  readonly logPii: boolean;
};

const PII_KEY = /^pii\./;

const maskFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, PII_KEY.test(key) ? maskPrivate(value) : value]),
  );

/**
 * The log of an app: JSON lines off a terminal, readable lines on one. Text is constant and facts
 * are fields; a field whose key starts with `pii.` (a number, a name, a URI) is masked unless
 * `logPii` is set. Of an error only type, code, message, stack and cause are written. Secrets are never
 * given to it.
 */
export const createLogger = (options: LogOptions, destination?: DestinationStream): Logger =>
  pino(
    {
      name: options.name,
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: {
        err: (error: unknown) => describeError(error),
        error: (error: unknown) => describeError(error),
      },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => (options.logPii ? fields : maskFields(fields)),
      },
    },
    destination ??
      (process.stdout.isTTY ? pretty({ colorize: true, ignore: 'pid,hostname' }) : pino.destination(1)),
  );
