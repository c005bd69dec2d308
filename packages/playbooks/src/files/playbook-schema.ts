import { PLAYBOOK_NAME, PLAYBOOK_TOOLS } from '@outdial/telephony';
import { z } from 'zod';
import { DEFAULT_PLAYBOOK } from '../default-playbook.ts';
import { VARIABLE_NAME } from '../placeholders.ts';

const text = (longest: number) =>
  z
    .string({ error: 'It must be text; put it in quotes.' })
    .trim()
    .min(1, 'It is empty; leave it out or write something.')
    .max(longest, `It is longer than ${longest} characters.`);

const NAME_RULE = 'small letters, digits, "_" and "-", beginning with a letter, at most 40';

const target = z.preprocess(
  // "accounts: 02 5550 0100" says the same as "accounts: { target: 02 5550 0100 }".
  (value) => (typeof value === 'object' && value !== null ? value : { target: value }),
  z.strictObject({
    target: z
      .string({
        error: (issue) =>
          issue.input === undefined
            ? 'target is missing: a number, tel: or sip: URI.'
            : 'Put the number in quotes, or YAML drops its 0 or +: "02 5550 0100".',
      })
      .trim()
      .min(1, 'target is empty: write a number, tel: or sip: URI.')
      .max(256, 'It is longer than 256 characters.'),
    description: text(300).nullish(),
  }),
);

const variable = z.preprocess(
  (value) => (value === null ? {} : typeof value === 'string' ? { description: value } : value),
  z
    .strictObject({
      description: text(300).nullish(),
      required: z.boolean({ error: 'It must be true or false.' }).optional(),
      default: z
        .union([z.string().max(1000, 'It is longer than 1000 characters.'), z.number(), z.boolean()], {
          error: 'It must be text, a number or a boolean.',
        })
        .optional(),
    })
    .refine((value) => value.required !== true || value.default === undefined, {
      error: 'A variable with a default is never missing: leave out required, or the default.',
      path: ['required'],
    }),
);

/** The front matter of a playbook. Language, tools and silence that are left out are the default playbook's. */
export const frontMatterSchema = z.strictObject({
  name: z.string({ error: 'It must be text.' }).optional(),
  description: text(300).optional(),
  language: z
    .string({ error: 'It must be text.' })
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'It must be a language tag such as en or en-AU.')
    .default(DEFAULT_PLAYBOOK.language),
  voice: z
    .string({ error: 'It must be text; put it in quotes.' })
    .regex(/^[\w.:/-]{1,100}$/, 'It must be the voice id of your text-to-speech provider.')
    .optional(),
  greeting: text(2000),
  tools: z
    .array(
      z.enum(PLAYBOOK_TOOLS, { error: `There is no such tool; the tools are ${PLAYBOOK_TOOLS.join(', ')}.` }),
      { error: 'It must be a list, such as [transfer_call, end_call].' },
    )
    .refine((tools) => new Set(tools).size === tools.length, 'A tool is named twice.')
    .default([...DEFAULT_PLAYBOOK.tools]),
  transfer_targets: z
    .record(z.string().regex(PLAYBOOK_NAME, `A target's name is made of ${NAME_RULE}.`), target, {
      error: 'It must be names with numbers, such as "accounts: 02 5550 0100".',
    })
    .default({}),
  voicemail_message: text(2000).optional(),
  recording_notice: text(500).optional(),
  silence: z
    .strictObject(
      {
        prompt_after_seconds: z
          .number({ error: 'It must be a number of seconds.' })
          .min(3, 'It must be at least 3 seconds.')
          .max(120, 'It must be at most 120 seconds.')
          .default(DEFAULT_PLAYBOOK.silence.prompt_after_seconds),
        prompts: z
          .array(text(300), { error: 'It must be a list of sentences.' })
          .max(5, 'At most 5 prompts.')
          .default([...DEFAULT_PLAYBOOK.silence.prompts]),
      },
      { error: 'It must hold prompt_after_seconds and prompts.' },
    )
    .default({
      prompt_after_seconds: DEFAULT_PLAYBOOK.silence.prompt_after_seconds,
      prompts: [...DEFAULT_PLAYBOOK.silence.prompts],
    }),
  max_call_seconds: z
    .int({ error: 'It must be a whole number of seconds.' })
    .min(10, 'It must be at least 10 seconds.')
    .max(14_400, 'It must be at most 14400 seconds.')
    .optional(),
  variables: z
    .record(
      z.string().regex(VARIABLE_NAME, 'A variable is named with small letters, digits and "_", at most 40.'),
      variable,
      { error: 'It must be names, each with a description or a default.' },
    )
    .default({}),
  result: z.record(z.string(), z.json(), { error: 'It must be a JSON Schema of type object.' }).optional(),
});

/** The fields that front matter may have. */
export const FRONT_MATTER_FIELDS: readonly string[] = Object.keys(frontMatterSchema.shape);
