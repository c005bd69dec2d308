import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { createFaultSwitch } from './fault.ts';
import { headerOf, readBody, sendJson } from './http-answers.ts';
import { toChunks, toCompletion } from './llm-chunks.ts';
import { type ChatRequest, checkChat, llmError } from './llm-protocol.ts';
import { answer, DEFAULT_SCRIPT, type LlmCall, type LlmRule } from './llm-script.ts';
import type { ViolationLog } from './violations.ts';

/** A chat completion that was asked for; times are epoch ms. */
export type LlmRequest = {
  at: number;
  request: ChatRequest;
  text: string;
  calls: LlmCall[];
  firstTokenAt: number | null;
  endedAt: number | null;
  end: 'done' | 'closed' | 'fault' | null;
};

/** Faults of chat completions. `close` breaks the connection, `malformed` sends a chunk that is no JSON. */
export type LlmFault =
  | { kind: 'refuse' }
  | { kind: 'status'; status: number }
  | { kind: 'stall' | 'close' | 'malformed'; afterChunks: number };

/** What tests see and set. */
export type LlmControl = {
  requests: LlmRequest[];
  /** Wait before the first chunk, ms. */
  firstTokenDelayMs: number;
  /** Wait between chunks, ms. */
  chunkEveryMs: number;
  setFault(fault: LlmFault | null, times?: number): void;
  /** Replaces the script; null brings the usual one back. */
  script(rules: readonly LlmRule[] | null): void;
};

export type LlmServer = {
  control: LlmControl;
  /** Answers everything below /v1/. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  stop(): void;
};

const MODELS = ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o-mini', 'lab'];

/** An OpenAI-compatible chat server that follows a script. */
export const createLlmServer = (options: { apiKey: string; violations: ViolationLog }): LlmServer => {
  const faults = createFaultSwitch<LlmFault>();
  const stopping = new AbortController();
  let rules: readonly LlmRule[] = DEFAULT_SCRIPT;
  const control: LlmControl = {
    requests: [],
    firstTokenDelayMs: 0,
    chunkEveryMs: 5,
    setFault: faults.set,
    script: (given) => {
      rules = given ?? DEFAULT_SCRIPT;
    },
  };

  /** Writes the stream; resolves false when a fault cut it short. */
  const stream = async (
    record: LlmRequest,
    response: ServerResponse,
    fault: LlmFault | null,
    signal: AbortSignal,
  ) => {
    const { request } = record;
    const withUsage = request.stream_options?.include_usage === true;
    const prompt = JSON.stringify(request.messages);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    const chunks = toChunks(request.model, prompt, record, withUsage);
    for (const [sent, chunk] of chunks.entries()) {
      await wait(sent === 0 ? control.firstTokenDelayMs : control.chunkEveryMs, undefined, { signal });
      if (fault && 'afterChunks' in fault && sent >= fault.afterChunks) {
        record.end = 'fault';
        if (fault.kind === 'malformed') response.write('data: {"choices":[{"delta":\n\n');
        if (fault.kind !== 'stall') response.destroy();
        return;
      }
      record.firstTokenAt ??= Date.now();
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end('data: [DONE]\n\n');
    record.end = 'done';
  };

  const complete = async (request: ChatRequest, response: ServerResponse, fault: LlmFault | null) => {
    const { text, calls } = answer(rules, request);
    const record: LlmRequest = {
      at: Date.now(),
      request,
      text,
      calls,
      firstTokenAt: null,
      endedAt: null,
      end: null,
    };
    control.requests.push(record);
    const closed = new AbortController();
    response.once('close', () => {
      record.end ??= 'closed';
      record.endedAt ??= Date.now();
      closed.abort();
    });
    const signal = AbortSignal.any([closed.signal, stopping.signal]);
    try {
      if (request.stream) return await stream(record, response, fault, signal);
      await wait(control.firstTokenDelayMs, undefined, { signal });
      record.firstTokenAt = Date.now();
      record.end = 'done';
      sendJson(response, 200, toCompletion(request.model, JSON.stringify(request.messages), record));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  const chat = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(request);
    const fault = faults.take();
    if (fault?.kind === 'refuse') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'status') {
      return sendJson(response, fault.status, llmError('A fault set by the lab', 'server_error'));
    }
    const refuse = (reason: string, sent: unknown): void => {
      options.violations.add('llm', reason, sent);
      sendJson(response, 400, llmError(reason, 'invalid_request_error'));
    };
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return refuse('The body is not JSON', text);
    }
    const checked = checkChat(body);
    if (checked.status === 'invalid') return refuse(checked.reason, body);
    await complete(checked.request, response, fault);
  };

  return {
    control,
    handle: async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (headerOf(request, 'authorization') !== `Bearer ${options.apiKey}`) {
        options.violations.add('llm', 'Authorization is not Bearer with the right key', { url: request.url });
        return sendJson(
          response,
          401,
          llmError('Incorrect API key provided', 'invalid_request_error', 'invalid_api_key'),
        );
      }
      if (request.method === 'GET' && pathname === '/v1/models') {
        const data = MODELS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'lab' }));
        return sendJson(response, 200, { object: 'list', data });
      }
      if (request.method === 'POST' && pathname === '/v1/chat/completions') return chat(request, response);
      options.violations.add('llm', `There is no ${request.method} ${pathname}`, null);
      sendJson(
        response,
        404,
        llmError(`Invalid URL (${request.method} ${pathname})`, 'invalid_request_error'),
      );
    },
    stop: () => stopping.abort(),
  };
};
