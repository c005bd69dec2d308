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
): { readonly tools: ToolSet; readonly listenTo: (session: voice.AgentSession) => void } => {
  let session: voice.AgentSession | null = null;
  let heard = false;
  const stop = async (): Promise<void> => {
    if (session !== null) await recording.stop(session);
  };
  return {
    tools: { stop_recording: createStopRecordingTool({ isOn: recording.isOn, stop }) },
    listenTo: (given) => {
      session = given;
      given.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ transcript, isFinal }) => {
        if (!isFinal || transcript.trim() === '') return;
        const refused = refusesRecording(transcript, !heard);
        heard = true;
        if (!refused || !recording.isOn()) return;
        void stop();
        given.say(STOPPED, { allowInterruptions: false });
      });
    },
  };
};
