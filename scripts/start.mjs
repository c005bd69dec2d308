// npm start: set-up, then bridge and agent against the LiveKit that LIVEKIT_URL names, or else the lab.
import { refuseOldNode } from './setup/node-version.mjs';

refuseOldNode();
const { runCommand } = await import('./setup/command.mjs');
const { start } = await import('./start/start.mjs');

await runCommand(start);
