import { createHash } from 'node:crypto';
import type { DispatchCommand } from './dispatch-command.ts';

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
};

const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');

/** Digest of the whole payload but the key itself: one key may only ever carry one of these. */
export const requestDigest = (command: DispatchCommand): string =>
  digest({ ...command, idempotency_key: undefined, dry_run: undefined });

/**
 * Digest of what makes two requests without a key the same call. `callback_url` and `metadata` are
 * left out: a workflow that runs twice puts its own run into both.
 */
export const callFingerprint = (command: DispatchCommand, destinationE164: string): string =>
  digest([
    destinationE164,
    command.account_code ?? null,
    command.caller_id ?? null,
    command.playbook ?? null,
    command.variables ?? null,
    command.greeting ?? null,
    command.instructions ?? null,
    command.schedule_at ?? null,
  ]);
