import type { z } from 'zod';

/** Something a client sent that the real service would refuse. `at` is epoch time in ms. */
export type Violation = { service: 'tts' | 'stt' | 'llm'; at: number; message: string; sent: unknown };

/** A record of violations, of all services together. */
export type ViolationLog = {
  list: Violation[];
  add(service: Violation['service'], message: string, sent: unknown): void;
};

export const createViolationLog = (): ViolationLog => {
  const list: Violation[] = [];
  return { list, add: (service, message, sent) => list.push({ service, at: Date.now(), message, sent }) };
};

/** What a schema found wrong, in one line: `output_format.sample_rate: Invalid input`. */
export const describeIssues = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`).join('; ');
