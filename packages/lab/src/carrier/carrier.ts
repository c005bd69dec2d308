import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartRunner } from '../process.ts';
import { answersOptions } from '../sip-ping.ts';
import { type CarrierRecords, followCarrierLog } from './carrier-records.ts';

/** Login of a trunk. */
export type TrunkUser = { username: string; password: string };
/**
 * SIP ports of the lines of one phone; calls go to them in turn. `silent`: the carrier itself drops what is sent to
 * the number. `no_login`: it leaves the login to the phone.
 */
export type PhoneRoute = { number: string; ports: readonly number[]; carrier?: 'silent' | 'no_login' };

export type CarrierOptions = {
  command: string;
  dir: string;
  port: number;
  users: { standard: TrunkUser; pai: TrunkUser };
  /** Numbers in any form, and names. */
  callerIds: readonly string[];
  routes: readonly PhoneRoute[];
  /** Further numbers of phones: number → the phone's own. */
  aliases: Readonly<Record<string, string>>;
  /** A transfer to this number is refused with 603. */
  refusedTarget: string;
  copyAccountCodeOnRefer: boolean;
  requireAccountCode: boolean;
};

const TEMPLATE = join(import.meta.dirname, 'kamailio.cfg');

/** A number as the carrier keeps it: digits with country code. A name stays as it is. */
export const carrierNumber = (text: string): string => {
  const compact = text.replace(/[\s().-]/g, '');
  if (/^\+\d+$/.test(compact)) return compact.slice(1);
  if (/^0[1-9]\d+$/.test(compact)) return `61${compact.slice(1)}`;
  return /^\d+$/.test(compact) ? compact : text;
};

/** How far the carrier is: an INVITE or a REFER waits so long before it is looked at. */
const DISTANCE_MS = 10;

const CONFIG_WORD = /^[\w.+-]+$/;
const quoted = (text: string): string => {
  if (!CONFIG_WORD.test(text)) {
    throw new Error(
      `"${text}" cannot go into the carrier's configuration: letters, digits, "_", ".", "+" and "-" only`,
    );
  }
  return `"${text}"`;
};

const tables = (options: CarrierOptions): string => {
  const lines: string[] = [];
  const set = (table: string, key: string, value: string) =>
    lines.push(`\t$sht(${table}=>${key}) = ${value};`);
  for (const { username, password } of Object.values(options.users)) {
    quoted(username);
    set('password', username, quoted(password));
  }
  for (const callerId of options.callerIds) {
    quoted(carrierNumber(callerId));
    set('callerid', carrierNumber(callerId), '1');
  }
  for (const { number, ports, carrier } of options.routes) {
    const key = carrierNumber(number);
    if (carrier !== undefined) set('special', key, quoted(carrier));
    set('lines', key, String(ports.length));
    set('turn', key, '0');
    ports.forEach((port, line) => {
      set('line', `${key}:${line}`, String(port));
      set('owner', String(port), quoted(key));
    });
  }
  for (const [number, own] of Object.entries(options.aliases)) {
    set('alias', carrierNumber(number), quoted(carrierNumber(own)));
  }
  return lines.join('\n');
};

const configuration = async (options: CarrierOptions): Promise<string> => {
  const values: Record<string, string> = {
    port: String(options.port),
    distanceMicroseconds: String(DISTANCE_MS * 1000),
    nonceSecret: randomBytes(12).toString('hex'),
    tables: tables(options),
    paiUser: options.users.pai.username,
    refusedTarget: carrierNumber(options.refusedTarget),
    copyAccountCode: options.copyAccountCodeOnRefer ? '1' : '0',
    requireAccountCode: options.requireAccountCode ? '1' : '0',
  };
  const template = await readFile(TEMPLATE, 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
};

/** Kamailio as the carrier. Ready when it answers OPTIONS. Its records follow its log. */
export const startCarrier = async (runner: PartRunner, options: CarrierOptions): Promise<CarrierRecords> => {
  const file = join(options.dir, 'kamailio.cfg');
  const runtime = join(options.dir, 'kamailio');
  await mkdir(runtime, { recursive: true });
  await writeFile(file, await configuration(options));
  const part = await runner.start({
    name: 'carrier',
    command: options.command,
    args: ['-f', file, '-DD', '-E', '-m', '32', '-M', '8', '-w', runtime, '-Y', runtime],
    ready: () => answersOptions(options.port),
  });
  return followCarrierLog(part.logFile, join(options.dir, 'carrier-calls.jsonl'));
};
