// npm test: set-up, then every test that needs no account. "npm test -- telephony" runs the files so named.
import { refuseOldNode } from './setup/node-version.mjs';

refuseOldNode();
const { runCommand } = await import('./setup/command.mjs');
const { test } = await import('./test/test.mjs');

await runCommand(() => test(process.argv.slice(2)));
