import type { llm } from '@livekit/agents';
import { expect, test } from 'vitest';
import { createCallTools } from './call-tools.ts';
import { createEndGuard } from './end-guard.ts';
import type { ToolSet } from './tool-budget.ts';
import type { TransferAnswer } from './transfer-call.ts';

const use = (tools: ToolSet, name: string, args: object = {}): Promise<unknown> => {
  const options = { ctx: { waitForPlayout: async () => {} } } as unknown as llm.ToolOptions;
  return Promise.resolve(tools[name]?.execute(args as never, options as never));
};

const toolsOfCall = () => {
  const farewell = Promise.withResolvers<void>();
  const transferred = Promise.withResolvers<TransferAnswer>();
  const seen = { farewells: 0, ends: 0 };
  let bridged = false;
  const talk = () => ({
    optOut: () => {},
    press: async () => {},
    during: <T>(work: () => Promise<T>) => work(),
  });
  const guard = createEndGuard(talk);
  const tools = createCallTools({
    optOutIsListed: true,
    playbook: { tools: ['end_call', 'transfer_call'] },
    transfers: {
      targets: [{ name: 'default', description: null, uri: 'tel:+61255500100' }],
      transfer: async () => {
        const answer = await transferred.promise;
        bridged = answer.status === 'done';
        return answer;
      },
      bridged: () => bridged,
    },
    talk,
    guard,
    farewell: () => {
      seen.farewells += 1;
      return farewell.promise;
    },
    hangUp: () => {
      seen.ends += 1;
    },
  });
  return { tools, guard, seen, farewell, transferred };
};

test('end_call and transfer_call in one step: the farewell does not hang up on the transfer', async () => {
  const { tools, seen, farewell, transferred } = toolsOfCall();
  const ending = use(tools, 'end_call');
  const transferring = use(tools, 'transfer_call', { target_name: 'default' });
  await expect.poll(() => seen.farewells).toBe(1);
  farewell.resolve();
  expect(await ending).toContain('goes on');
  expect(seen.ends).toBe(0);
  transferred.resolve({ status: 'failed', tell: 'busy' });
  expect(await transferring).toBe('busy');
  await use(tools, 'end_call');
  expect(seen).toEqual({ farewells: 2, ends: 1 });
});

test('a farewell that ends after the target has answered hangs up on nobody', async () => {
  const { tools, seen, farewell, transferred } = toolsOfCall();
  const ending = use(tools, 'end_call');
  const transferring = use(tools, 'transfer_call', { target_name: 'default' });
  await expect.poll(() => seen.farewells).toBe(1);
  transferred.resolve({ status: 'done' });
  await transferring;
  farewell.resolve();
  await ending;
  expect(seen.ends).toBe(0);
});

test('a call that is being left for good is not ended by its model', async () => {
  const { tools, guard, seen, farewell } = toolsOfCall();
  const left = Promise.withResolvers<void>();
  const leaving = guard.during(() => left.promise);
  expect(await use(tools, 'end_call')).toContain('goes on');
  left.resolve();
  await leaving;
  farewell.resolve();
  await use(tools, 'end_call');
  expect(seen).toEqual({ farewells: 1, ends: 1 });
});

test('used many times at once it says goodbye once', async () => {
  const { tools, seen, farewell } = toolsOfCall();
  const endings = [use(tools, 'end_call'), use(tools, 'end_call')];
  farewell.resolve();
  expect(await Promise.all(endings)).toEqual([undefined, undefined]);
  expect(seen.farewells).toBe(1);
});
