import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import {
  type LineRemark,
  type ListLine,
  LONGEST_NOTE,
  type NewDoNotCall,
  type ReadList,
  readNumberList,
} from '../../domain/do-not-call-entry.ts';
import { listNumbers } from '../../flow/do-not-call.ts';
import { decodeText, linesOfCsv, linesOfJson } from '../number-list.ts';
import { keyName } from '../plugins/authorization.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

// Some 100,000 lines.
const LIST_LIMIT_BYTES = 2 * 1024 * 1024;
const LIST_WITHIN_MS = 60_000;
// Reading a number takes some ten microseconds; between two slices calls get their turn.
const SLICE = 500;

const readGently = async (lines: readonly ListLine[], country: string): Promise<ReadList> => {
  const entries: NewDoNotCall[] = [];
  const bad: LineRemark[] = [];
  const doubtful: LineRemark[] = [];
  for (let at = 0; at < lines.length; at += SLICE) {
    const read = readNumberList(lines.slice(at, at + SLICE), country);
    entries.push(...read.entries);
    bad.push(...read.bad);
    doubtful.push(...read.doubtful);
    await setImmediate();
  }
  return { entries, bad, doubtful };
};

const remarks = (what: string) =>
  z.array(z.strictObject({ line: z.int().positive(), value: z.string(), detail: z.string() })).describe(what);

const reportSchema = z.strictObject({
  added: z.int().describe('Numbers that are new on the list'),
  already_there: z.int().describe('Lines whose number was there before, or stands in the file twice'),
  blocked: z.int().describe('Calls that waited for one of the numbers, ended canceled / blocked'),
  bad: remarks('Lines without a number that can be read; the others were taken all the same'),
  doubtful: remarks('Lines that were taken though something is missing in them'),
});

/** `POST /do-not-call/import`. Spreadsheets send their own types; JSON stays what it is. */
export const doNotCallImportRoute = (app: App, deps: RouteDeps): void => {
  app.addContentTypeParser(
    ['text/csv', 'text/plain', 'text/tab-separated-values', 'application/csv', 'application/vnd.ms-excel'],
    { parseAs: 'buffer', bodyLimit: LIST_LIMIT_BYTES },
    async (_request: unknown, bytes: Buffer) => decodeText(bytes),
  );

  app.route({
    method: 'POST',
    url: '/do-not-call/import',
    config: { access: 'admin', bodyWithinMs: LIST_WITHIN_MS },
    bodyLimit: LIST_LIMIT_BYTES,
    schema: {
      summary: 'Put the numbers of a CSV file or a JSON list on the do-not-call list',
      consumes: ['text/csv', 'application/json'],
      querystring: z.strictObject({
        note: z.string().max(LONGEST_NOTE).optional().describe('For lines without a note of their own'),
      }),
      body: z.union([
        z.string().describe('CSV; its column of numbers is called number, or is the first that holds some'),
        z.array(z.unknown()).describe('Numbers as text, or objects with number and note'),
      ]),
      response: {
        200: reportSchema,
        ...errorResponses(
          'validation_failed',
          'unauthorized',
          'scope_missing',
          'payload_too_large',
          'unsupported_media_type',
          'database_unavailable',
        ),
      },
    },
    handler: async (request) => {
      const { body } = request;
      const note = request.query.note ?? null;
      const lines = typeof body === 'string' ? linesOfCsv(body, note) : linesOfJson(body, note);
      const { entries, bad, doubtful } = await readGently(lines, deps.settings.policy.defaultCountry);
      const { added, blocked } = await listNumbers(deps, entries);
      const report = { added, already_there: entries.length - added, blocked };
      deps.log.info(
        { key: keyName(request), ...report, bad: bad.length },
        'numbers put on the do-not-call list',
      );
      return { ...report, bad: [...bad], doubtful: [...doubtful] };
    },
  });
};
