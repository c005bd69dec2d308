import { z } from 'zod';

/** The tools that a playbook may give the model. */
export const PLAYBOOK_TOOLS = ['transfer_call', 'end_call', 'send_dtmf'] as const;
export type PlaybookTool = (typeof PLAYBOOK_TOOLS)[number];

/** Name of a transfer target or a playbook: what the model and people call it by. */
export const PLAYBOOK_NAME = /^[a-z][a-z0-9_-]{0,39}$/;

/** A `tel:`, `sip:` or `sips:` URI, as `toTransferUri` gives it. */
export const transferUriSchema = z.string().regex(/^(tel|sips?):[!-~]+$/);

const transferTargetSchema = z.object({
  name: z.string().regex(PLAYBOOK_NAME),
  /** When to choose it, in words for the model. */
  description: z.string().nullable(),
  /** A `tel:`, `sip:` or `sips:` URI; the model never sees it. */
  uri: transferUriSchema,
});
/** Somebody a call may be transferred to. */
export type TransferTarget = z.infer<typeof transferTargetSchema>;

/**
 * What the agent is to say and do in one call: a playbook with its variables filled in, frozen when the
 * call was accepted and handed over with the grant.
 */
export const grantedPlaybookSchema = z.object({
  name: z.string().min(1),
  /** BCP 47, e.g. `en`. */
  language: z.string().min(2),
  /** Voice id of the text-to-speech provider; `null`: the agent's own default. */
  voice: z.string().nullable(),
  greeting: z.string().min(1),
  instructions: z.string(),
  tools: z.array(z.enum(PLAYBOOK_TOOLS)),
  transfer_targets: z.array(transferTargetSchema),
  /** Said after the beep when the dispatch asks for `leave_message`. */
  voicemail_message: z.string().nullable(),
  /** Said with the greeting when the call is recorded; without it nothing may be recorded. */
  recording_notice: z.string().nullable(),
  silence: z.object({
    /** Seconds of silence of both sides until the next prompt, and after the last one until the end. */
    prompt_after_seconds: z.number().positive(),
    prompts: z.array(z.string().min(1)),
  }),
  /** JSON Schema of the call's `result`; `null`: none is made. */
  result_schema: z.record(z.string(), z.json()).nullable(),
});
export type GrantedPlaybook = z.infer<typeof grantedPlaybookSchema>;

/** The name under which the model asks for a call's own transfer target; it never sees the number. */
export const DEFAULT_TRANSFER_TARGET = 'default';

/** The playbook with a call's own transfer target (`tel:`, `sip:` or `sips:` URI; `null`: none) before its others. */
export const withTransferTarget = (playbook: GrantedPlaybook, uri: string | null): GrantedPlaybook =>
  uri === null
    ? playbook
    : {
        ...playbook,
        transfer_targets: [
          { name: DEFAULT_TRANSFER_TARGET, description: null, uri },
          ...playbook.transfer_targets.filter((target) => target.name !== DEFAULT_TRANSFER_TARGET),
        ],
      };
