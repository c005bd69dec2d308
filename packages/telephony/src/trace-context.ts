import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** A `traceparent` of version 00 (W3C Trace Context section 3.2): trace id, parent id and flags, lower-case hex. */
export const traceparentSchema = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);

const PARTS =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 0x01;

const write = (trace: string, span: string, sampled: boolean): string =>
  `00-${trace}-${span}-0${sampled ? '1' : '0'}`;

const newSpan = (): string => randomBytes(8).toString('hex');

/** A trace that begins here. Not sampled: nothing was recorded by anybody so far (section 3.2.2.5). */
const newTraceparent = (): string => write(randomBytes(16).toString('hex'), newSpan(), false);

/**
 * The `traceparent` header of a request, as version 00; a new trace where there is none, or none that can be read.
 * A later version is read by its first four parts (section 3.2.4), whose known flag alone is kept.
 */
export const acceptTraceparent = (header: unknown): string => {
  const parts = typeof header === 'string' ? PARTS.exec(header)?.groups : undefined;
  if (parts === undefined) return newTraceparent();
  const { version = '', trace = '', span = '', flags = '', more } = parts;
  const isUnreadable = version === 'ff' || (version === '00' && more !== undefined);
  if (isUnreadable || ZEROS.test(trace) || ZEROS.test(span)) return newTraceparent();
  return write(trace, span, (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED);
};

/** The same trace with a parent id of its own, for one request that goes out. */
export const childTraceparent = (traceparent: string): string => {
  const [, trace = '', , flags] = traceparent.split('-');
  return write(trace, newSpan(), flags === '01');
};

/** What a log line says of a trace: its id, under `traceId`; nothing without a trace. */
export const traceFacts = (traceparent: string | null): { readonly traceId?: string } => {
  const traceId = traceparent?.split('-')[1];
  return traceId === undefined ? {} : { traceId };
};
