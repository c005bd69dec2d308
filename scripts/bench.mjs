// pnpm bench: set-up, then the measurements of docs/performance.md on the lab. "pnpm bench voice --calls 3".
import { refuseOldNode } from './setup/node-version.mjs';

refuseOldNode();
const { runCommand } = await import('./setup/command.mjs');
const { bench } = await import('./bench/bench.mjs');

await runCommand(() => bench(process.argv.slice(2)));
