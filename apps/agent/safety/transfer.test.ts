import type { GrantedCall } from '@outdial/telephony';
import { afterEach, describe, expect, test } from 'vitest';
import { testCall } from '../test/call.ts';
import { callWithTools } from './call-with-tools.ts';
import { modelThatCalls, outputsOf } from './scripted-model.ts';

type Call = Awaited<ReturnType<typeof callWithTools>>;

const TARGET = 'tel:+61255500100';
type ToolCall = { name: string; args: Record<string, unknown> };
const to = (target_name: unknown, more = {}): ToolCall => ({
  name: 'transfer_call',
  args: { target_name, ...more },
});
const ASK = 'Put me through.';

let call: Call | undefined;
afterEach(async () => {
  await call?.close();
  call = undefined;
});

describe.each(['auto', 'bridge'] as const)(
  'a model that gives what is no named target transfers nobody: %s',
  (mode) => {
    test.each<[string, ToolCall]>([
      ['a number', to('0491570158')],
      ['a number in E.164', to('+61491570158')],
      ['a number as a number', to(61491570158)],
      ['a tel: URI', to('tel:+61491570158')],
      ['the URI of a named target', to(TARGET)],
      ['a sip: URI', to('sip:99@evil.example.com')],
      ['another name', to('billing')],
      ['a name in another case', to('Default')],
      ['a name with something behind it', to('default;tel=+61491570158')],
      ['a property of every object', to('__proto__')],
      ['a list', to(['default', '+61491570158'])],
      ['an object', to({ name: 'default', uri: 'tel:+61491570158' })],
      ['no name at all', { name: 'transfer_call', args: {} }],
      ['a number in another argument', { name: 'transfer_call', args: { number: '+61491570158' } }],
      ['a tool that is not there', { name: 'dial', args: { number: '+61491570158' } }],
      ['a tool of LiveKit', { name: 'transferSipParticipant', args: { transferTo: 'tel:+61491570158' } }],
    ])('%s', async (_case, tool) => {
      const model = modelThatCalls({ [ASK]: [tool] });
      call = await callWithTools(model, { mode });
      const turn = await call.hear(ASK);
      expect(call.rig.seen.refers).toEqual([]);
      expect(call.rig.seen.legs).toEqual([]);
      expect(call.rig.seen.said).toEqual([]);
      expect(call.rig.seen.steps.map(({ type }) => type)).not.toContain('transfer');
      turn.expect.containsFunctionCallOutput({ isError: true });
      expect(outputsOf(turn).join()).not.toContain(TARGET.slice(-9));
    });
  },
);

test('a named target is transferred to, with a number that the model never saw', async () => {
  const model = modelThatCalls({ [ASK]: [to('default')] });
  call = await callWithTools(model);
  const turn = call.hear(ASK);
  await call.rig.referred;
  call.rig.referResult({ status: 'accepted' });
  await turn;
  expect(call.rig.seen.refers.map(({ referTo }) => referTo)).toEqual([TARGET]);
  const sent = model.requests.map(({ context, tools }) => context + tools).join();
  expect(sent).toContain('transfer_call');
  expect(sent.replaceAll(/\D/g, ' ')).not.toMatch(/255500100|491570156/);
});

test('a number beside a name is not used', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default', { number: '+61491570158' })] }));
  call.rig.referResult({ status: 'refused', sipStatus: 603, errorText: '603 Declined' });
  await call.hear(ASK);
  expect(call.rig.seen.refers.map(({ referTo }) => referTo)).toEqual([TARGET]);
});

test('two at once are one', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default'), to('default'), to('default')] }));
  const turn = call.hear(ASK);
  await call.rig.referred;
  call.rig.referResult({ status: 'refused', sipStatus: 603, errorText: '603 Declined' });
  const answers = outputsOf(await turn);
  expect(call.rig.seen.refers).toHaveLength(1);
  expect(answers.filter((answer) => answer.includes('already running'))).toHaveLength(2);
});

test('before the answer nobody is transferred', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default')] }), { answered: false });
  expect(outputsOf(await call.hear(ASK))).toEqual(['The call is not answered yet.']);
  call.rig.dialResult({ status: 'failed', sipStatus: 486, sipReason: 'Busy Here', errorText: '486' });
  expect(call.rig.seen.refers).toEqual([]);
});

test('after a transfer that may still ring there is no other', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default')] }));
  call.rig.referResult({ status: 'unknown', errorText: 'timeout' });
  await call.hear(ASK);
  expect(outputsOf(await call.hear(ASK)).join()).toMatch(/may still ring/);
  expect(call.rig.seen.refers).toHaveLength(1);
});

test('a model that tries again and again rings the target once', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default')] }));
  call.rig.referResult({ status: 'refused', sipStatus: 603, errorText: '603 Declined' });
  for (let turn = 0; turn < 8; turn += 1) await call.hear(ASK);
  expect(call.rig.seen.refers).toHaveLength(1);
  expect(call.rig.end.current()).toBeNull();
});

test('what the carrier or a library said of a transfer never reaches the model', async () => {
  const secret = 'digest password hunter2 for sip:trunk@10.0.0.7';
  const model = modelThatCalls({ [ASK]: [to('default')] });
  call = await callWithTools(model);
  call.rig.referResult({ status: 'refused', sipStatus: 500, errorText: secret });
  await call.hear(ASK);
  expect(model.requests).toHaveLength(2);
  expect(model.requests.map(({ context }) => context).join()).not.toMatch(/hunter2|10\.0\.0\.7/);
});

test('a second leg goes to the number of the named target, too', async () => {
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default', { number: '+61491570158' })] }), {
    mode: 'bridge',
  });
  call.rig.targetResult({ status: 'failed', sipStatus: 486, sipReason: 'Busy Here', errorText: '486' });
  const answers = outputsOf(await call.hear(ASK));
  expect(call.rig.seen.legs.map(({ dialString }) => dialString)).toEqual(['61255500100']);
  expect(answers).toEqual([expect.stringContaining('their line is busy')]);
});

test('a model that hangs up while it transfers does not cut the callee off', async () => {
  const end = { name: 'end_call', args: {} };
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default'), end] }));
  const turn = call.hear(ASK);
  await call.rig.referred;
  expect(call.rig.end.current()).toBeNull();
  call.rig.referResult({ status: 'refused', sipStatus: 603, errorText: '603 Declined' });
  expect(outputsOf(await turn).join()).toContain('Do not end it.');
  expect(call.rig.end.current()).toBeNull();
});

test('after a transfer that failed the call can be ended', async () => {
  const end = { name: 'end_call', args: {} };
  call = await callWithTools(modelThatCalls({ [ASK]: [to('default')], 'Goodbye.': [end] }));
  call.rig.referResult({ status: 'refused', sipStatus: 603, errorText: '603 Declined' });
  await call.hear(ASK);
  await call.hear('Goodbye.');
  expect(call.rig.end.current()).toMatchObject({ reason: 'agent_hangup' });
});

test.each<[string, Partial<GrantedCall>, string]>([
  [
    'a playbook without the tool',
    { playbook: { ...testCall().playbook, tools: ['end_call'] } },
    'opt_out,end_call',
  ],
  ['a call without a target', { transfer_target: null }, 'opt_out,end_call'],
  ['a playbook without tools', { playbook: { ...testCall().playbook, tools: [] } }, 'opt_out'],
])('%s cannot transfer, whatever the model calls', async (_case, changes, has) => {
  const model = modelThatCalls({ [ASK]: [to('default'), to('+61255500100')] });
  call = await callWithTools(model, { call: changes });
  await call.hear(ASK);
  expect(model.requests[0]?.names.join()).toBe(has);
  expect(call.rig.seen.refers).toEqual([]);
});

test('the end of the call is no way around it: nobody is called by it', async () => {
  const end = { name: 'end_call', args: { transfer_to: '+61491570158', redial: true } };
  call = await callWithTools(modelThatCalls({ 'Hang up and call 0491 570 158.': [end] }));
  await call.hear('Hang up and call 0491 570 158.');
  await call.rig.done;
  expect(call.rig.seen.invites).toHaveLength(1);
  expect(call.rig.seen.refers).toEqual([]);
  expect(call.rig.seen.outcomes).toMatchObject([{ end_reason: 'agent_hangup', transfer: null }]);
});
