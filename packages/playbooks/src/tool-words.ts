import type { PlaybookTool } from '@outdial/telephony';

/** What the model is told of each tool, in a call as in the terminal. No playbook can take `opt_out` away. */
export const TOOL_WORDS: Readonly<Record<PlaybookTool | 'opt_out', string>> = {
  transfer_call: `Transfers the person on the phone to somebody else and ends your part of the call.
Use it when they ask for a person, or for something that you cannot do. Do not say goodbye first.`,
  end_call: `Ends the call. Use it when the person says goodbye or has nothing more to ask.
Do not use it when they ask to wait or to be transferred. A goodbye is spoken for you.`,
  send_dtmf: `Presses keys on the phone, to find the way through an automated menu or to give a number it asks for.
Use it only when an automated voice asks for keys. Say nothing before or after it.`,
  opt_out: `Puts the person's number on the do-not-call list. Use it whenever they ask not to be called again,
to be taken off a list, or to be left alone. Do not ask whether they are sure.`,
};

/** What the model is told of the names that it may transfer to. */
export const describeTargets = (
  targets: readonly { readonly name: string; readonly description: string | null }[],
): string =>
  `Whom to transfer to: ${targets
    .map(({ name, description }) => (description === null ? name : `${name} (${description})`))
    .join('; ')}`;
