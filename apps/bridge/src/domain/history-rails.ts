import {
  CAP_NAMES,
  CAP_OWNERS,
  type CallCaps,
  type CallUsage,
  type CapOwner,
  type CapPeriod,
  type CountedCall,
  coolAt,
  fullCap,
} from './call-caps.ts';
import type { RailVerdict } from './guard-rails.ts';
import { pass, refuse } from './rail-verdict.ts';

type Whose = Pick<CountedCall, 'apiKeyName' | 'accountCode'>;

const ownerName = (owner: CapOwner, { apiKeyName, accountCode }: Whose): string => {
  switch (owner) {
    case 'trunk':
      return 'on this trunk';
    case 'key':
      return `by the key "${apiKeyName}"`;
    case 'account':
      return accountCode === null ? 'without an account_code' : `under account_code "${accountCode}"`;
  }
};

const usedText = (period: CapPeriod, caps: CallCaps, usage: CallUsage, whose: Whose): string =>
  CAP_OWNERS.flatMap((owner) => {
    const limit = caps[period][owner];
    return limit === null ? [] : [`${usage[period][owner].used} of ${limit} used ${ownerName(owner, whose)}`];
  }).join(', ');

const CAP_RAILS = {
  hour: { rail: 'calls_per_hour', code: 'hourly_cap_reached' },
  day: { rail: 'calls_per_day', code: 'daily_cap_reached' },
} as const;

const capRail = (period: CapPeriod, caps: CallCaps, usage: CallUsage, whose: Whose): RailVerdict => {
  const { rail, code } = CAP_RAILS[period];
  const used = usedText(period, caps, usage, whose);
  const full = fullCap(period, usage);
  if (full === null) {
    return pass(rail, used === '' ? `No cap for each ${period} is set.` : `In the last ${period}: ${used}.`);
  }
  const detail = `No more calls ${ownerName(full.owner, whose)} within a ${period} (${used}); there is room again at ${full.freeAt.toISOString()}. The cap is ${CAP_NAMES[period][full.owner]}.`;
  return refuse(rail, code, detail, full.freeAt);
};

const coolDownRail = (caps: CallCaps, usage: CallUsage, at: Date): RailVerdict => {
  if (caps.cooldownMinutes === 0) return pass('cool_down', 'No cool-down is set.');
  const cool = coolAt(usage, caps, at);
  return cool === null
    ? pass('cool_down', `The number was not called in the last ${caps.cooldownMinutes} minutes.`)
    : refuse(
        'cool_down',
        'destination_cooldown',
        `This number was called, or is about to be, less than ${caps.cooldownMinutes} minutes before (DESTINATION_COOLDOWN_MINUTES); it may be called again from ${cool.toISOString()}.`,
        cool,
      );
};

const blockRail = (caps: CallCaps, { block }: CallUsage): RailVerdict => {
  const limit = caps.numbersPerBlock;
  if (limit === null) return pass('number_block', 'No cap for numbers of one block is set.');
  return block.freeAt === null
    ? pass(
        'number_block',
        `In the last hour: ${block.used} of ${limit} other numbers of this block of a hundred.`,
      )
    : refuse(
        'number_block',
        'number_block_cap_reached',
        `${block.used} other numbers that differ from this one in the last two digits alone were called within an hour, which looks like dialling through a range; there is room again at ${block.freeAt.toISOString()}. The cap is MAX_NUMBERS_PER_BLOCK_PER_HOUR.`,
        block.freeAt,
      );
};

/** The caps on calls within an hour and a day. */
export const capRails = (caps: CallCaps, usage: CallUsage, whose: Whose): readonly RailVerdict[] => [
  capRail('hour', caps, usage, whose),
  capRail('day', caps, usage, whose),
];

/** The rails that count, in order. `at`: when the call would start. */
export const historyRails = (
  caps: CallCaps,
  usage: CallUsage,
  whose: Whose,
  at: Date,
): readonly RailVerdict[] => [
  coolDownRail(caps, usage, at),
  blockRail(caps, usage),
  ...capRails(caps, usage, whose),
];
