import { voice } from '@livekit/agents';
import { createStopRecordingTool } from '../tools/stop-recording.ts';
import type { ToolSet } from '../tools/tool-budget.ts';
import type { CallRecording } from './call-recording.ts';
import { refusesRecording } from './consent.ts';

const STOPPED = 'All right, the recording is stopped and deleted.';

/**
 * Lets the callee stop the recording: by the model's tool, and by plain words that are listened for beside
 * it, since a no must not depend on a model.
 */
export const recordWithConsent = (
  recording: CallRecording,
): {
  readonly tools: ToolSet;
  /** `isMachine` tells whether the words are known to be those of no person. */
  readonly listenTo: (session: voice.AgentSession, isMachine: () => boolean) => void;
} => {
  let session: voice.AgentSession | null = null;
  let heard = false;
  const stop = async (): Promise<void> => {
    if (session !== null) await recording.stop(session);
  };
  return {
    tools: { stop_recording: createStopRecordingTool({ isOn: recording.isOn, stop }) },
    listenTo: (given, isMachine) => {
      session = given;
      given.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript, isFinal }) => {
        if (!isFinal || transcript.trim() === '' || isMachine()) return;
        const refused = refusesRecording(transcript, !heard);
        heard = true;
        if (!refused || !recording.isOn()) return;
        void stop();
        given.say(STOPPED, { allowInterruptions: false });
      });
    },
  };
};
