import { CsvError, parse } from 'csv-parse/sync';
import type { ListLine } from '../domain/do-not-call-entry.ts';
import { HttpError } from '../errors.ts';

const NUMBER_NAMES =
  /^(number|numbers|phone|phonenumber|phoneno|telephone|tel|mobile|mobilenumber|mobileno|msisdn|destination|e164)$/;
const LIKE_A_NUMBER_NAME = /phone|mobile|msisdn|number/;
const NOTE_NAMES = /^(note|notes|reason|comment|comments|remark|remarks)$/;

/** Text of a file as spreadsheets save it: UTF-8 or UTF-16 with or without a mark, else Windows-1252. */
export const decodeText = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

type Row = { readonly record: readonly string[]; readonly line: number };

const SEPARATOR_LINE = /^sep=(.)\r?(?:\n|$)/i;

const delimiterOf = (text: string): string => {
  const first = text.split(/\r?\n|\r/).find((line) => line.trim() !== '') ?? '';
  const count = (delimiter: string) => first.split(delimiter).length;
  return [';', '\t'].find((delimiter) => count(delimiter) > 1 && count(delimiter) >= count(',')) ?? ',';
};

const readRows = (text: string): readonly Row[] => {
  const [separatorLine = '', named] = SEPARATOR_LINE.exec(text) ?? [];
  const rest = text.slice(separatorLine.length);
  try {
    const records = parse(rest, {
      delimiter: named ?? delimiterOf(rest),
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as readonly { record: string[]; info: { lines: number } }[];
    const before = separatorLine === '' ? 0 : 1;
    return records.map(({ record, info }) => ({ record, line: info.lines + before }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? ` near line ${error.lines}` : '';
    throw badList(
      `The list cannot be read as CSV${line}: ${error.message}. Look for a quote that is not closed.`,
    );
  }
};

const badList = (detail: string): HttpError =>
  new HttpError('validation_failed', detail, { errors: [{ pointer: '', detail }] });

const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const isLikeNumber = (cell: string): boolean => /^[+(]?\d[\d\s().,eE+-]{4,}$/.test(cell);

type Columns = { readonly header: boolean; readonly number: number; readonly note: number | null };

const columnsOf = (first: readonly string[]): Columns => {
  const names = first.map(bare);
  const exact = names.findIndex((name) => NUMBER_NAMES.test(name));
  const number = exact >= 0 ? exact : names.findIndex((name) => LIKE_A_NUMBER_NAME.test(name));
  if (number >= 0) {
    const note = names.findIndex((name) => NOTE_NAMES.test(name));
    return { header: true, number, note: note < 0 ? null : note };
  }
  const column = first.findIndex(isLikeNumber);
  if (column < 0 && first.length > 1) {
    throw badList(
      `The first line names no column of numbers: call one of its columns number. It has: ${first.join(', ').slice(0, 200)}.`,
    );
  }
  return { header: false, number: Math.max(column, 0), note: null };
};

// Excel keeps a number as text by ="…" or by an apostrophe before it; copies from web pages bring spaces of other kinds.
const cleanCell = (cell: string): string =>
  cell
    .replace(/[\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, ' ')
    .trim()
    .replace(/^="?([^"]*)"?$/, '$1')
    .replace(/^'/, '');

/** The lines of a CSV file: with a header or without, commas, semicolons or tabs between the columns. */
export const linesOfCsv = (text: string, note: string | null): readonly ListLine[] => {
  const rows = readRows(text);
  const [first] = rows;
  if (first === undefined) throw badList('The list is empty.');
  const columns = columnsOf(first.record);
  return rows.slice(columns.header ? 1 : 0).map(({ record, line }) => ({
    line,
    value: cleanCell(record[columns.number] ?? ''),
    note: (columns.note === null ? '' : (record[columns.note] ?? '')) || note,
  }));
};

const isObject = (item: unknown): item is { readonly number?: unknown; readonly note?: unknown } =>
  typeof item === 'object' && item !== null;

/** The items of a JSON list, numbers or `{ "number", "note" }`, as lines from 1. */
export const linesOfJson = (items: readonly unknown[], note: string | null): readonly ListLine[] => {
  if (items.length === 0) throw badList('The list is empty.');
  return items.map((item, at) => {
    const own = isObject(item) ? item : { number: item };
    return {
      line: at + 1,
      value: own.number,
      note: typeof own.note === 'string' && own.note !== '' ? own.note : note,
    };
  });
};
