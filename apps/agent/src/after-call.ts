import { setTimeout as pause } from 'node:timers/promises';
import type { voice } from '@livekit/agents';
import { identifyProcess, type Logger } from '@outdial/runtime';
import type { CallOutcome, Follows, GrantedCall } from '@outdial/telephony';
import type { CallRecording } from './recording/call-recording.ts';
import type { AftermathSpool } from './result/aftermath-spool.ts';
import { transcriptOf } from './result/transcript.ts';

/** What is kept of one answered call after its end. */
export type Aftercare = {
  /** What the final report says is still to come. */
  readonly follows: Follows;
  /** Writes the words down as they stand, in case this process does not live to finish. Never throws. */
  draft(): Promise<void>;
  /** Closes the session, which gives the last words and the end of the recording, and hands all over. Never throws. */
  finish(): Promise<void>;
};

/** Keeps what was said in a call, for the worker's parent process to hand over. */
export type AfterCall = {
  /** Begins to keep what is said in this session. */
  attach(session: voice.AgentSession, recording: CallRecording | null): void;
  /** `answeredAt` in ms of `performance.now()`. */
  of(call: GrantedCall, outcome: CallOutcome, answeredAt: number): Aftercare;
};

/** agents-js closes a session in half a second; one that hangs must not keep its process. */
const CLOSE_LIMIT_MS = 5_000;

const MACHINE_ENDS = ['voicemail_left', 'voicemail_detected'];

/** Keeps the words of a call under `spool`, with the token of the job that spoke for it. */
export const createAfterCall = (options: {
  readonly callId: string;
  readonly token: string;
  readonly spool: AftermathSpool;
  readonly log: Logger;
}): AfterCall => {
  const { callId, spool, log } = options;
  let session: voice.AgentSession | null = null;
  let recording: CallRecording | null = null;

  const write = async (call: GrantedCall, outcome: CallOutcome, answeredAt: number, done: boolean) => {
    const sound =
      done && session !== null && recording !== null
        ? await recording.finish(session, spool.soundPath(callId))
        : null;
    await spool.keep({
      call_id: callId,
      token: options.token,
      traceparent: call.traceparent,
      ...identifyProcess(),
      complete: done,
      turns: transcriptOf(session?.history.items ?? [], performance.timeOrigin + answeredAt),
      result_schema: call.playbook.result_schema,
      language: call.playbook.language,
      is_machine: MACHINE_ENDS.includes(outcome.end_reason) || outcome.answered_by === 'voicemail',
      recording: sound,
      filled: null,
    });
  };

  const safely = (work: Promise<void>): Promise<void> =>
    work.catch((error) =>
      log.error({ callId, reason: String(error) }, 'what was said cannot be written to AGENT_SPOOL_DIR'),
    );

  return {
    attach: (given, sound) => {
      session = given;
      recording = sound;
    },
    of: (call, outcome, answeredAt) => ({
      follows: { result: true, recording: recording?.isOn() ?? false },
      draft: () => safely(write(call, outcome, answeredAt, false)),
      finish: async () => {
        const closed = session?.close().catch(() => {});
        await Promise.race([closed, pause(CLOSE_LIMIT_MS, undefined, { ref: false })]);
        await safely(write(call, outcome, answeredAt, true));
      },
    }),
  };
};
