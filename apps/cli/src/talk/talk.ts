import { type FilledPlaybook, instructionsFor } from '@outdial/playbooks';
import type { AskModel, ChatMessage } from './model-client.ts';
import { playTool, toolsOf } from './talk-tools.ts';

/** As many as a turn of a call may take. */
const MOST_TOOL_STEPS = 3;

const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

/**
 * A call's conversation in the terminal: the same instructions, greeting and tools, with written lines in the
 * place of speech. Ends when the model ends the call or `lines` does.
 */
export const talk = async (options: {
  readonly playbook: FilledPlaybook;
  readonly ask: AskModel;
  /** What the person says, a line each. */
  readonly lines: AsyncIterable<string>;
  readonly print: (text: string) => void;
  /** Called when it is the person's turn. */
  readonly prompt: () => void;
}): Promise<void> => {
  const { playbook, ask, print } = options;
  const tools = toolsOf(playbook);
  const messages: ChatMessage[] = [
    { role: 'system', content: instructionsFor(playbook) },
    { role: 'assistant', content: playbook.greeting },
  ];

  /** The model's turn; true when the call is over. */
  const turn = async (): Promise<boolean> => {
    for (let step = 0; step <= MOST_TOOL_STEPS; step += 1) {
      const { text, calls } = await ask(messages, step === MOST_TOOL_STEPS ? [] : tools);
      if (text.trim() !== '') print(`agent  ${plain(text)}`);
      messages.push({
        role: 'assistant',
        content: text,
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      });
      if (calls.length === 0) return false;
      for (const call of calls) {
        print(`tool   ${call.function.name} ${plain(call.function.arguments)}`);
        const result = playTool(playbook, call.function.name, call.function.arguments);
        if (result.status === 'over') {
          print(`       ${result.shown}`);
          return true;
        }
        print(`       ${result.output}`);
        messages.push({ role: 'tool', content: result.output, tool_call_id: call.id });
      }
    }
    return false;
  };

  print(`agent  ${plain(playbook.greeting)}`);
  options.prompt();
  for await (const line of options.lines) {
    if (line.trim() !== '') {
      messages.push({ role: 'user', content: line.trim() });
      if (await turn()) return;
    }
    options.prompt();
  }
};
