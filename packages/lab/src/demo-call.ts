import type { CarrierCall } from './carrier/carrier-call.ts';
import type { Lab } from './lab.ts';
import type { CallRecord, Outdial } from './outdial.ts';
import { similarity } from './speech/index.ts';

const DESTINATION = '0491 570 156';
const TARGET = '02 5550 0100';

const DEMO = {
  destination: DESTINATION,
  account_code: 'em-tech-01',
  transfer_target: TARGET,
  caller_name: 'Outdial Lab',
};

/** Above this `similarity` the sentence arrived whole; with 15 % of it cut off it stays below. */
export const HEARD_WHOLE = 0.9;

const STEPS = ['dispatched', 'dialing', 'ringing', 'answered', 'ended'] as const;

/**
 * The curl line that places the same call again, as it can be pasted into a shell. Without
 * `allow_duplicate` a repeat within two minutes is answered with the call that was placed already.
 */
export const curlLine = (outdial: Pick<Outdial, 'bridgeUrl' | 'apiKey'>): string =>
  [
    `curl -sS -X POST '${outdial.bridgeUrl}/dispatch?allow_duplicate=true'`,
    `-H 'Authorization: Bearer ${outdial.apiKey}'`,
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify(DEMO)}'`,
  ].join(' \\\n  ');

const ms = (later: unknown, earlier: unknown): number =>
  Date.parse(String(later)) - Date.parse(String(earlier));

const header = (call: CarrierCall, name: string): string => call.headers[name]?.join(', ') ?? '(none)';

/**
 * Places one call to the lab's answering phone, tells its timeline while it happens and what the
 * carrier and the phone saw of it, and gives the curl line for another. Throws when the call did
 * not end `completed / transferred` with the greeting heard whole.
 */
export const runDemoCall = async (
  lab: Lab,
  outdial: Outdial,
  say: (line: string) => void,
): Promise<string> => {
  say(`Demo call: ${DESTINATION} answers, is greeted and asks for accounts, which is ${TARGET}.`);
  const accepted = await outdial.dispatch(DEMO);
  say(`  202 ${accepted.id}`);
  const told = new Set<string>();
  const call = await outdial.ended(accepted.id, (record: CallRecord) => {
    for (const step of STEPS) {
      const at = record[`${step}_at`];
      if (at === null || at === undefined || told.has(step)) continue;
      told.add(step);
      say(`  ${step.padEnd(10)} +${ms(at, record.created_at)} ms`);
    }
  });
  const outcome = call.outcome;
  say(`  ${call.status} / ${outcome?.end_reason}: ${outcome?.message}`);

  const [dialed, transferred] = callsOf(await lab.carrier.records());
  if (dialed !== undefined) {
    say('What the carrier saw:');
    say(`  INVITE ${dialed.requestUri} from ${dialed.fromDisplay ?? ''} <${dialed.fromUser}>`);
    say(`  X-Account-Code: ${header(dialed, 'X-Account-Code')}`);
    say(`  REFER to ${dialed.refer?.referTo ?? '(none)'}, answered ${dialed.refer?.status ?? '(nothing)'}`);
    if (transferred !== undefined) {
      say(`  new INVITE ${transferred.requestUri}, X-Account-Code: ${header(transferred, 'X-Account-Code')}`);
    }
  }
  const heard = dialed === undefined ? null : (await lab.phones.callOf(dialed.callId)).heard;
  const greeting = lab.speech.tts.spoken()[0];
  if (heard === null || greeting === undefined) throw new Error('The phone recorded nothing of the call.');
  const match = await similarity(heard, greeting.file);
  say(`The phone heard: "${greeting.text}"`);
  if (match.score < HEARD_WHOLE) {
    throw new Error(
      `The greeting did not arrive whole (likeness ${match.score.toFixed(2)}); compare ${heard}.`,
    );
  }
  if (call.status !== 'completed' || outcome?.end_reason !== 'transferred') {
    throw new Error(`The demo call did not end completed / transferred; the logs are in ${lab.dir}.`);
  }
  return curlLine(outdial);
};

const callsOf = (records: readonly CarrierCall[]): [CarrierCall | undefined, CarrierCall | undefined] => {
  const transferred = records.findLast((call) => call.referredBy !== null);
  const dialed = records.findLast((call) => call.referredBy === null);
  return [dialed, transferred];
};
