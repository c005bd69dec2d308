import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger } from '@livekit/agents';
import * as openai from '@livekit/agents-plugin-openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askLlm, RESULT_TOOL } from './ask-model.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = askLlm(
  () =>
    new openai.LLM({
      apiKey: 'none',
      model: 'local',
      baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    }),
);
const PARAMETERS = { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] };
const QUESTION = [{ role: 'user' as const, text: 'What was it?' }];
const patient = () => AbortSignal.timeout(20_000);

const stream = (response: ServerResponse, deltas: object[], finish: string) => {
  const chunk = (delta: object, reason: string | null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 0, model: 'local', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${deltas.map((delta) => chunk(delta, null)).join('')}${chunk({}, finish)}data: [DONE]\n\n`);
};

test('demands the tool, and gives its arguments', async () => {
  let asked: Record<string, unknown> = {};
  answer = (_request, response, body) => {
    asked = JSON.parse(body);
    const call = {
      index: 0,
      id: 't',
      type: 'function',
      function: { name: RESULT_TOOL, arguments: '{"summary":"A"}' },
    };
    stream(response, [{ role: 'assistant', tool_calls: [call] }], 'tool_calls');
  };
  expect(await ask(QUESTION, PARAMETERS, patient())).toMatchObject({ toolArguments: '{"summary":"A"}' });
  expect(asked).toMatchObject({
    tool_choice: { type: 'function', function: { name: RESULT_TOOL } },
    tools: [
      {
        type: 'function',
        function: { name: RESULT_TOOL, parameters: { properties: PARAMETERS.properties } },
      },
    ],
  });
});

test('gives the text of a server that calls no tool', async () => {
  answer = (_request, response) =>
    stream(response, [{ role: 'assistant', content: '{"summary":"B"}' }], 'stop');
  expect(await ask(QUESTION, PARAMETERS, patient())).toEqual({
    toolArguments: null,
    text: '{"summary":"B"}',
  });
});

test('rejects when the server refuses', async () => {
  answer = (_request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end('{"error":{"message":"no such key"}}');
  };
  await expect(ask(QUESTION, PARAMETERS, patient())).rejects.toThrow();
});

test('rejects when the time is over, however silent the server is', async () => {
  answer = () => {};
  await expect(ask(QUESTION, PARAMETERS, AbortSignal.timeout(100))).rejects.toThrow(/timeout/i);
});
