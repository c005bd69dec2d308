import { fileURLToPath } from 'node:url';
import {
  LAST_WORDS,
  LAST_WORDS_RATE,
  type LastWords,
  lastWordsFile,
} from '../apps/agent/src/speech/last-words.ts';
import { speak } from '../packages/lab/src/speech/speak.ts';

// Records what is played when no voice works any more; needs espeak-ng and sox, as the lab does.
for (const which of Object.keys(LAST_WORDS) as LastWords[])
  await speak(LAST_WORDS[which], fileURLToPath(lastWordsFile(which)), { rate: LAST_WORDS_RATE });
