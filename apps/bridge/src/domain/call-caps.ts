/** Whose calls a cap counts: all on the trunk, those of one API key, those under one account code. */
export const CAP_OWNERS = ['trunk', 'key', 'account'] as const;
export type CapOwner = (typeof CAP_OWNERS)[number];
export const CAP_PERIODS = ['hour', 'day'] as const;
export type CapPeriod = (typeof CAP_PERIODS)[number];

/** Calls within one period, for each owner by itself; null: no cap. */
export type CapLimits = Readonly<Record<CapOwner, number | null>>;

/** How many calls there may be. A second leg counts as a call. */
export type CallCaps = Readonly<Record<CapPeriod, CapLimits>> & {
  /** `DESTINATION_COOLDOWN_MINUTES`: after the end of a call before its number is called again; 0: none. */
  readonly cooldownMinutes: number;
  /** Different numbers within an hour that differ in their last two digits alone; null: no cap. */
  readonly numbersPerBlock: number | null;
};

export const PERIOD_MS: Readonly<Record<CapPeriod, number>> = { hour: 3_600_000, day: 86_400_000 };

/** Whose call is to be counted, and to whom. */
export type CountedCall = {
  /** Null: it is not written down yet. */
  readonly id: string | null;
  readonly trunk: string;
  readonly apiKeyName: string;
  readonly accountCode: string | null;
  /** E.164 */
  readonly destination: string;
};

/** What one cap has counted. `freeAt`: when there is room again; null: there is now. */
export type CapUse = { readonly used: number; readonly freeAt: Date | null };

/** What the caps have counted in the periods before a call, without that call. */
export type CallUsage = Readonly<Record<CapPeriod, Readonly<Record<CapOwner, CapUse>>>> & {
  /** When the number was last called, or will be by a call that waits; null: not within the cool-down. */
  readonly lastCallAt: Date | null;
  readonly block: CapUse;
};

/** What a cap has counted where there is none. */
export const UNUSED: CapUse = { used: 0, freeAt: null };
const NONE = { trunk: UNUSED, key: UNUSED, account: UNUSED };

/** Where nothing was counted. */
export const NO_USAGE: CallUsage = { hour: NONE, day: NONE, lastCallAt: null, block: UNUSED };

/** Whether anything has to be counted at all. */
export const hasCaps = (caps: CallCaps): boolean =>
  caps.cooldownMinutes > 0 ||
  caps.numbersPerBlock !== null ||
  CAP_PERIODS.some((period) => CAP_OWNERS.some((owner) => caps[period][owner] !== null));

/** The settings behind the caps. */
export const CAP_NAMES: Readonly<Record<CapPeriod, Readonly<Record<CapOwner, string>>>> = {
  hour: {
    trunk: 'MAX_CALLS_PER_HOUR',
    key: 'MAX_CALLS_PER_HOUR_BY_KEY',
    account: 'MAX_CALLS_PER_HOUR_BY_ACCOUNT',
  },
  day: {
    trunk: 'MAX_CALLS_PER_DAY',
    key: 'MAX_CALLS_PER_DAY_BY_KEY',
    account: 'MAX_CALLS_PER_DAY_BY_ACCOUNT',
  },
};

/** The first cap of this period that leaves no room, `trunk` first; null: there is room. */
export const fullCap = (
  period: CapPeriod,
  usage: CallUsage,
): { readonly owner: CapOwner; readonly freeAt: Date } | null => {
  for (const owner of CAP_OWNERS) {
    const { freeAt } = usage[period][owner];
    if (freeAt !== null) return { owner, freeAt };
  }
  return null;
};

/** When the number has rested long enough; null: it has. `at`: when it would be called. */
export const coolAt = (usage: CallUsage, caps: CallCaps, at: Date): Date | null => {
  if (usage.lastCallAt === null) return null;
  const cool = new Date(usage.lastCallAt.getTime() + caps.cooldownMinutes * 60_000);
  return cool > at ? cool : null;
};
