// The floor: the plainest outbound agent that LiveKit's documentation leads to. No setting but those that name
// the same models. Change nothing here to make a figure look better or worse.
import { defineAgent, type JobContext, type JobProcess, type VAD, voice } from '@livekit/agents';
import * as cartesia from '@livekit/agents-plugin-cartesia';
import * as openai from '@livekit/agents-plugin-openai';
import * as silero from '@livekit/agents-plugin-silero';
import { SipClient } from 'livekit-server-sdk';

type FloorCall = { readonly destination: string; readonly greeting: string };

const env = (name: string): string => process.env[name] ?? '';

// biome-ignore lint/style/noDefaultExport: agents-js loads the agent file by its default export.
export default defineAgent<{ vad: VAD }>({
  prewarm: async (proc: JobProcess<{ vad: VAD }>) => {
    proc.userData.vad = await silero.VAD.load();
  },
  entry: async (ctx: JobContext<{ vad: VAD }>) => {
    const call = JSON.parse(ctx.job.metadata) as FloorCall;
    const room = ctx.job.room?.name ?? '';
    await ctx.connect();

    const session = new voice.AgentSession({
      vad: ctx.proc.userData.vad,
      stt: new cartesia.STT({ baseUrl: env('CARTESIA_BASE_URL') }),
      llm: new openai.LLM({ model: 'gpt-4.1-mini', baseURL: env('OPENAI_BASE_URL') }),
      tts: new cartesia.TTS({ baseUrl: env('CARTESIA_BASE_URL') }),
    });
    session.on(voice.AgentSessionEventTypes.Close, () => ctx.shutdown());
    const agent = new voice.Agent({ instructions: 'You are a helpful voice assistant on a telephone call.' });
    await session.start({ agent, room: ctx.room, inputOptions: { participantIdentity: 'callee' } });

    const sip = new SipClient(env('LIVEKIT_URL'), env('LIVEKIT_API_KEY'), env('LIVEKIT_API_SECRET'));
    await sip.createSipParticipant(env('FLOOR_TRUNK_ID'), call.destination, room, {
      participantIdentity: 'callee',
      waitUntilAnswered: true,
    });
    await ctx.waitForParticipant('callee');
    session.say(call.greeting);
  },
});
