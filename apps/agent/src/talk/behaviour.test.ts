import { initializeLogger, type llm, voice } from '@livekit/agents';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEndCallTool } from '../tools/end-call.ts';
import { createOptOutTool } from '../tools/opt-out.ts';
import { createSendDtmfTool } from '../tools/send-dtmf.ts';
import { withBudget } from '../tools/tool-budget.ts';
import { PhoneAgent, type PhoneHooks } from './phone-agent.ts';
import { turnNotes } from './turn-notes.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const DONE =
  'Done: the number is on the do-not-call list. Tell them in one sentence that they will not be called again, and say goodbye.';

/** A conversation by text: the model says what the test scripts, the tools and the agent are the real ones. */
const converse = async (
  script: voice.testing.FakeLLMResponse[],
  tools: llm.ToolContextLike,
  turn: PhoneHooks['turn'] = async () => [],
) => {
  const session = new voice.AgentSession({ llm: new voice.testing.FakeLLM(script), vad: null });
  await session.start({ agent: new PhoneAgent({ instructions: 'Help.', tools }, { hear: () => {}, turn }) });
  return {
    said: async (userInput: string) => session.run({ userInput }).wait(),
    close: () => session.close(),
  };
};

describe('opt_out', () => {
  test('is told once it is used, and confirmed to the callee', async () => {
    let optOuts = 0;
    const talk = await converse(
      [
        { input: 'Leave me alone.', toolCalls: [{ name: 'opt_out', args: {} }] },
        { input: JSON.stringify(DONE), content: 'You will not be called again. Goodbye.' },
      ],
      {
        opt_out: createOptOutTool({
          optOut: () => {
            optOuts += 1;
          },
          isListed: true,
        }),
      },
    );
    const result = await talk.said('Leave me alone.');
    result.expect.containsFunctionCall({ name: 'opt_out' });
    result.expect.containsMessage({ role: 'assistant' });
    expect(optOuts).toBe(1);
    await talk.close();
  });
});

test('without a do-not-call list nobody is told of one', async () => {
  const tool = createOptOutTool({ optOut: () => {}, isListed: false });
  const answer = await tool.execute({}, undefined as never);
  expect(answer).toMatch(/^Noted for the operator/);
  const [note] = turnNotes(null, 'Do not call me again.', false);
  expect(note).toContain('noted for the operator');
  expect(turnNotes(null, 'Do not call me again.', true)[0]).toContain('on the do-not-call list now');
});

describe('send_dtmf', () => {
  const use = async (keys: string[]) => {
    const sent: string[] = [];
    const tool = createSendDtmfTool({ send: async (pressed) => void sent.push(pressed) });
    const talk = await converse(
      keys.map((pressed, n) => ({
        input: `menu ${n}`,
        toolCalls: [{ name: 'send_dtmf', args: { keys: pressed } }],
      })),
      withBudget({ send_dtmf: tool }),
    );
    for (const n of keys.keys()) await talk.said(`menu ${n}`);
    await talk.close();
    return sent;
  };

  test('presses what is a key, and nothing else', async () => {
    expect(await use(['1', '12w3#', '+61190012345', '', 'a', '1'.repeat(25)])).toEqual(['1', '12w3#']);
  });

  test('has a budget', async () => {
    expect(await use(Array.from({ length: 14 }, () => '1'))).toHaveLength(12);
  });
});

describe('end_call', () => {
  test('ends the call, without another word of the model', async () => {
    let ended = 0;
    const talk = await converse([{ input: 'Bye.', toolCalls: [{ name: 'end_call', args: {} }] }], {
      end_call: createEndCallTool({
        farewell: async () => {},
        hangUp: () => {
          ended += 1;
        },
        mayEnd: () => true,
      }),
    });
    const result = await talk.said('Bye.');
    result.expect.nextEvent().isFunctionCall({ name: 'end_call' });
    expect(ended).toBe(1);
    await talk.close();
  });
});
