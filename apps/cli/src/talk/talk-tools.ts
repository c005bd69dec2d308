import { describeTargets, type FilledPlaybook, TOOL_WORDS } from '@outdial/playbooks';
import type { PlaybookTool } from '@outdial/telephony';
import type { ChatTool } from './model-client.ts';

const tool = (name: keyof typeof TOOL_WORDS, properties: object): ChatTool => ({
  type: 'function',
  function: {
    name,
    description: TOOL_WORDS[name],
    parameters: {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  },
});

const chatTool = (name: PlaybookTool, { transfer_targets: targets }: FilledPlaybook): ChatTool | null => {
  switch (name) {
    case 'transfer_call': {
      if (targets.length === 0) return null;
      const names = targets.map((target) => target.name);
      return tool(name, {
        target_name: { type: 'string', enum: names, description: describeTargets(targets) },
      });
    }
    case 'end_call':
      return tool(name, {});
    case 'send_dtmf':
      return tool(name, { keys: { type: 'string', description: 'The keys in order: 0-9, * and #' } });
  }
};

/** The tools of a call with this playbook, as the model is told of them: targets by name, never by number. */
export const toolsOf = (playbook: FilledPlaybook): readonly ChatTool[] => [
  tool('opt_out', {}),
  ...playbook.tools.map((name) => chatTool(name, playbook)).filter((known) => known !== null),
];

/** What a tool leads to where there is no telephone. */
export type ToolResult =
  | { readonly status: 'over'; readonly shown: string }
  | { readonly status: 'answer'; readonly output: string };

const OPTED_OUT =
  'Done: the number is on the do-not-call list. Tell them in one sentence that they will not be called again, and say goodbye.';

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
    case 'opt_out':
      return answer(OPTED_OUT);
    default:
      return answer('Sent.');
  }
};
