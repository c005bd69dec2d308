// pnpm bench [voice] [--calls N] [--write]
import { runVoice } from './voice/run-voice.ts';

console.log(
  JSON.stringify(await runVoice(Number(process.argv[2] ?? 1), (line) => console.error(line)), null, 1),
);
