import type { FilledPlaybook } from '@outdial/playbooks';
import type { PlaybookTool } from '@outdial/telephony';
import type { ChatTool } from './model-client.ts';

const tool = (name: PlaybookTool, description: string, properties: object): ChatTool => ({
  type: 'function',
  function: {
    name,
    description,
    parameters: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  },
});

const describe = ({ name, description }: FilledPlaybook['transfer_targets'][number]): string =>
  description === null ? name : `${name} (${description})`;

const chatTool = (name: PlaybookTool, playbook: FilledPlaybook): ChatTool | null => {
  const targets = playbook.transfer_targets;
  switch (name) {
    case 'transfer_call': {
      if (targets.length === 0) return null;
      const target_name = {
        type: 'string',
        enum: targets.map((target) => target.name),
        description: `Whom to transfer to: ${targets.map(describe).join('; ')}`,
      };
      return tool(
        name,
        'Transfers the person on the phone to somebody else and ends your part of the call.',
        { target_name },
      );
    }
    case 'end_call':
      return tool(name, 'Ends the call, when the person says goodbye or has nothing more to ask.', {});
    case 'send_dtmf':
      return tool(name, 'Presses keys, to choose in the menu of a machine.', {
        digits: { type: 'string', description: 'What to press: 0 to 9, * and #' },
      });
  }
};

/** The tools of a playbook, as the model is told of them in a call: targets by name, never by number. */
export const toolsOf = (playbook: FilledPlaybook): readonly ChatTool[] =>
  playbook.tools.map((name) => chatTool(name, playbook)).filter((known) => known !== null);

/** What a tool leads to where there is no telephone. */
export type ToolResult =
  | { readonly status: 'over'; readonly shown: string }
  | { readonly status: 'answer'; readonly output: string };

const answer = (output: string): ToolResult => ({ status: 'answer', output });

/** Plays a tool's part: nobody is called, and nothing is sent. */
export const playTool = (playbook: FilledPlaybook, name: string, argumentsText: string): ToolResult => {
  let given: unknown;
  try {
    given = JSON.parse(argumentsText === '' ? '{}' : argumentsText);
  } catch {
    return answer('The arguments are not JSON.');
  }
  const target = (given as { target_name?: unknown } | null)?.target_name;
  if (!toolsOf(playbook).some((known) => known.function.name === name)) {
    return answer(`There is no tool ${name}.`);
  }
  switch (name) {
    case 'transfer_call':
      return playbook.transfer_targets.some((known) => known.name === target)
        ? { status: 'over', shown: `The call would be transferred to ${target}.` }
        : answer(`There is no transfer target ${target}.`);
    case 'end_call':
      return { status: 'over', shown: 'The agent would say goodbye and hang up.' };
    default:
      return answer('Sent.');
  }
};
