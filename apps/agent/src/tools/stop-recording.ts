import { llm } from '@livekit/agents';

const DESCRIPTION = `Stops the recording of this call and deletes what was recorded.
Use it as soon as the person does not want to be recorded, in whatever words they say so.`;

/** The model's way to stop the recording. */
export const createStopRecordingTool = (options: {
  readonly isOn: () => boolean;
  readonly stop: () => Promise<void>;
}) =>
  llm.tool({
    description: DESCRIPTION,
    execute: async () => {
      if (!options.isOn()) return 'The recording had been stopped and deleted already.';
      await options.stop();
      return 'The recording is stopped and deleted. Say so, and go on with the call.';
    },
  });
