import { voice } from '@livekit/agents';
import type { Logger } from '@outdial/runtime';
import type { Sentences } from '../talk/sentences.ts';
import { createStopRecordingTool } from '../tools/stop-recording.ts';
import type { ToolSet } from '../tools/tool-budget.ts';
import type { CallRecording } from './call-recording.ts';
import { refusesRecording } from './consent.ts';

/**
 * Lets the callee stop the recording: by the model's tool, and by plain words that are listened for beside
 * it, since a no must not depend on a model.
 */
export const recordWithConsent = (
  recording: CallRecording,
  sentences: Pick<Sentences, 'recordingDeleted' | 'recordingStopped'>,
  log: Logger,
): {
  readonly tools: ToolSet;
  /** `isMachine` tells whether the words are known to be those of no person. */
  readonly listenTo: (session: voice.AgentSession, isMachine: () => boolean) => void;
} => {
  let session: voice.AgentSession | null = null;
  let heard = false;
  const stop = async (): Promise<boolean> => session !== null && recording.stop(session);
  /** Tells it when it is true, and no more than is true. */
  const stopAndTell = async (talking: voice.AgentSession): Promise<void> => {
    const isDeleted = await recording.stop(talking);
    const text = isDeleted ? sentences.recordingDeleted : sentences.recordingStopped;
    try {
      talking.say(text, { allowInterruptions: false });
    } catch (error) {
      log.debug({ reason: String(error) }, 'the call was over before it could be told');
    }
  };
  return {
    tools: { stop_recording: createStopRecordingTool({ stop }) },
    listenTo: (given, isMachine) => {
      session = given;
      given.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript, isFinal }) => {
        if (!isFinal || transcript.trim() === '' || isMachine()) return;
        const refused = refusesRecording(transcript, !heard);
        heard = true;
        if (!refused || !recording.isOn()) return;
        void stopAndTell(given);
      });
    },
  };
};
