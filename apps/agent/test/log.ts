import { createLogger, type Logger } from '@outdial/runtime';

/** A line of the log as it was written. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A log that keeps its lines, all levels. */
export const testLog = (): { readonly log: Logger; readonly lines: LogLine[] } => {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { log: createLogger({ name: 'test', level: 'debug', logPii: false }, { write }), lines };
};
