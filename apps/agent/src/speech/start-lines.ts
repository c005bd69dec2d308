import type { ModelChoice } from './choice.ts';

/** A line of the start's log: constant text, facts as fields. */
export type StartLine = { readonly facts: Readonly<Record<string, string>>; readonly text: string };

const modelOf = ({ provider, model, host }: ModelChoice['stt' | 'vad' | 'turns']): { model?: string } => {
  if (model !== null) return { model };
  return provider === 'cartesia' && host !== null ? { model: 'ink-2 for English, else ink-whisper' } : {};
};

/** What was chosen for each part of the pipeline and why, one line a part (pure). */
export const startLines = (choice: ModelChoice): StartLine[] => {
  const lines: [string, ModelChoice[keyof ModelChoice]][] = [
    ['speech to text', choice.stt],
    ['language model', choice.llm],
    ['voice', choice.tts],
    ['fallback voice', choice.fallback],
    ['voice activity detection', choice.vad],
    ['turn detection', choice.turns],
  ];
  return lines.map(([text, part]) => ({
    text,
    facts:
      part === null
        ? { chosen: 'none', why: 'TTS_FALLBACK is not set: a voice that fails ends the call' }
        : {
            chosen: part.provider,
            ...modelOf(part),
            ...('voice' in part && part.voice !== null ? { voice: part.voice } : {}),
            ...(part.host === null ? {} : { host: part.host }),
            why: part.why,
          },
  }));
};
