import { execFileSync } from 'node:child_process';
import { type CallRecord, type CarrierCall, type PhoneWords, SPARE_NUMBERS } from '@outdial/lab';
import { type CallOutcome, storedOutcomeSchema } from '@outdial/telephony';
import { expect, vi } from 'vitest';
import { expectNoJobs, expectNoRooms, type Stack } from './stack.ts';

/**
 * Side by side, but begun one a second: each job makes the agent start its next process, which takes a small machine
 * most of that. No leg of ours follows a refused REFER.
 */
export const MATRIX_ENV = {
  CALLS_PER_SECOND: '1',
  MAX_CONCURRENT_CALLS: '4',
  TRANSFER_MODE: 'refer',
} as const;

/** A call to a phone that follows a SIPp scenario. */
export type ScenarioCall = {
  /** Tells the call from others at the carrier: its account code. */
  readonly name: string;
  readonly number: string;
  /** `null`: the number has no phone, or one of its own. */
  readonly scenario: string | null;
  readonly words?: PhoneWords;
  /** Further fields of the request. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Whether the carrier sees an end of the call; default true. */
  readonly ends?: boolean;
  /** Runs while the call lasts. */
  readonly during?: (id: string) => Promise<unknown>;
};

/** What the record and the carrier say of it; one leg where a call is dialled at most once. */
export type ScenarioResult = { readonly record: CallRecord; readonly legs: readonly CarrierCall[] };

/** The legs of the calls with this account code. */
export const legsOf = async (stack: Stack, accountCode: string): Promise<CarrierCall[]> =>
  (await stack.lab.carrier.records()).filter((leg) => leg.headers['X-Account-Code']?.[0] === accountCode);

/** The `n`th spare number: every scenario of a file has its own, so that calls run side by side. */
export const spareNumber = (n: number): string => {
  const number = SPARE_NUMBERS[n];
  if (number === undefined)
    throw new Error(`the lab has ${SPARE_NUMBERS.length} spare numbers, not ${n + 1}`);
  return number;
};

const END_LIMIT_MS = 10_000;

/** Plugs the phone in, places the call, waits for its outcome and for its end at the carrier. */
export const callScenario = async (stack: Stack, call: ScenarioCall): Promise<ScenarioResult> => {
  const { scenario, words } = call;
  const phone =
    scenario === null
      ? null
      : await stack.lab.phones.add(call.number, { scenario, ...(words === undefined ? {} : { words }) });
  try {
    const { id } = await stack.outdial.dispatch({
      destination: call.number,
      account_code: call.name,
      ...call.fields,
    });
    const [record] = await Promise.all([stack.outdial.ended(id), call.during?.(id)]);
    // Not expect.poll: it has no test to belong to when tests run side by side.
    const legs = await vi.waitFor(async () => {
      const found = await legsOf(stack, call.name);
      const open = found.filter((leg) => leg.endedAt === null);
      if ((call.ends ?? true) && open.length > 0) throw new Error(`${call.name} has no end at the carrier`);
      return found;
    }, END_LIMIT_MS);
    return { record, legs };
  } finally {
    await phone?.remove();
  }
};

/** The outcome whole; the lab reads no more of it than its reason. */
export const outcomeOf = (record: CallRecord): CallOutcome => storedOutcomeSchema.parse(record.outcome);

/** A leg's messages as one line each: `callee INVITE 180`, `caller BYE`. */
export const messagesOf = (leg: CarrierCall): string[] =>
  leg.events.map(({ from, method, status }) => `${from} ${method}${status === null ? '' : ` ${status}`}`);

const childrenOf = (pid: number): string[] =>
  execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n');

/** Waits until LiveKit has no room, and the agent no process but its warm one. */
export const expectNothingLeft = async (stack: Stack): Promise<void> => {
  await expectNoRooms(stack);
  await expectNoJobs(stack);
  await expect.poll(() => childrenOf(stack.outdial.agent.pid), { timeout: 15_000 }).toHaveLength(1);
};
