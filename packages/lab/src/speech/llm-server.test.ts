import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SpeechServers, startSpeechServers } from './servers.ts';

let dir: string;
let servers: SpeechServers;

const post = (body: unknown, key = servers.env.OPENAI_API_KEY): Promise<Response> =>
  fetch(`${servers.env.OPENAI_BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });

const transfer = {
  type: 'function',
  function: {
    name: 'transfer_call',
    parameters: {
      type: 'object',
      properties: { target: { type: 'string', enum: ['sales', 'front_desk'] }, note: { type: 'string' } },
      required: ['target'],
    },
  },
};
const user = (content: string) => ({ role: 'user', content });
const chat = (messages: unknown[], more = {}) => ({ model: 'gpt-4.1', messages, ...more });
const toolCall = (id: string) => ({
  role: 'assistant',
  tool_calls: [{ id, type: 'function', function: { name: 'transfer_call', arguments: '{}' } }],
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llm-'));
  servers = await startSpeechServers({ dir });
});
afterEach(() => {
  servers.llm.setFault(null);
  servers.llm.script(null);
  servers.violations.length = 0;
});
afterAll(async () => {
  await servers.stop();
  await rm(dir, { recursive: true });
});

test('answers in one piece', async () => {
  const answer = await (
    await post(chat([user('Transfer me to the front desk.')], { tools: [transfer] }))
  ).json();
  expect(answer).toMatchObject({
    object: 'chat.completion',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: null,
          tool_calls: [
            { type: 'function', function: { name: 'transfer_call', arguments: '{"target":"front_desk"}' } },
          ],
        },
      },
    ],
    usage: { prompt_tokens: expect.any(Number) },
  });
});

test('streams chunks, usage last, then [DONE]', async () => {
  const options = { stream: true, stream_options: { include_usage: true } };
  const text = await (await post(chat([user('Hello.')], options))).text();
  const lines = text.split('\n\n').filter((line) => line !== '');
  expect(lines.pop()).toBe('data: [DONE]');
  const chunks = lines.map((line) => JSON.parse(line.replace(/^data: /, '')));
  const usage = chunks.pop();
  expect(usage).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join('')).toBe(
    servers.llm.requests.at(-1)?.text,
  );
  expect(chunks.at(-1).choices[0].finish_reason).toBe('stop');
});

test('reacts to tool results', async () => {
  const messages = (output: string) => [
    user('Transfer me to sales.'),
    toolCall('call_1'),
    { role: 'tool', tool_call_id: 'call_1', content: output },
  ];
  await post(chat(messages('transferring'), { tools: [transfer] }));
  expect(servers.llm.requests.at(-1)?.text).toBe('One moment please.');
  await post(chat(messages('The transfer failed: busy'), { tools: [transfer] }));
  expect(servers.llm.requests.at(-1)?.text).toContain('did not work');
  expect(servers.violations).toEqual([]);
});

test('lists models, for those with the key', async () => {
  const url = `${servers.env.OPENAI_BASE_URL}/models`;
  const headers = { authorization: `Bearer ${servers.env.OPENAI_API_KEY}` };
  expect(await (await fetch(url, { headers })).json()).toMatchObject({ object: 'list' });
  expect((await fetch(url)).status).toBe(401);
});

describe('refuses with 400', () => {
  const hello = [user('Hello.')];
  test.each<[string, unknown]>([
    ['messages', chat([])],
    ['messages.0', chat([{ role: 'robot', content: 'Hello.' }])],
    ['messages.0.content', chat([{ role: 'user', content: 7 }])],
    [
      'must answer a preceding',
      chat([user('Hello.'), { role: 'tool', tool_call_id: 'call_1', content: '' }]),
    ],
    ['without a result', chat([user('Hello.'), toolCall('call_1')])],
    ['without a result before it', chat([user('Hello.'), toolCall('call_1'), user('Hello?')])],
    ['neither content nor tool_calls', chat([{ role: 'assistant' }])],
    ['function.name', chat(hello, { tools: [{ type: 'function', function: { name: 'no spaces' } }] })],
    [
      'must have type',
      chat(hello, { tools: [{ type: 'function', function: { name: 'a', parameters: {} } }] }),
    ],
    [
      'required names a property',
      chat(hello, {
        tools: [
          { type: 'function', function: { name: 'a', parameters: { type: 'object', required: ['x'] } } },
        ],
      }),
    ],
    ['same name', chat(hello, { tools: [transfer, transfer] })],
    ['tool_choice', chat(hello, { tool_choice: 'auto' })],
    ['stream_options', chat(hello, { stream_options: { include_usage: true } })],
    ['Unrecognized key', chat(hello, { flavour: 'sweet' })],
  ])('%s', async (where, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining(where) },
    });
    expect(servers.violations).toMatchObject([{ service: 'llm', message: expect.stringContaining(where) }]);
  });
});

test('refuses a wrong key with 401', async () => {
  const response = await post(chat([user('Hello.')]), 'wrong');
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
});

test('stalls until the client goes away', async () => {
  servers.llm.setFault({ kind: 'stall', afterChunks: 2 }, 1);
  const response = await post(chat([user('Hello.')], { stream: true }));
  const record = servers.llm.requests.at(-1);
  await vi.waitFor(() => expect(record?.end).toBe('fault'));
  expect(record?.endedAt).toBeNull();
  await response.body?.cancel();
  await vi.waitFor(() => expect(record?.endedAt).not.toBeNull());
});
