// npm run setup: only brings what is missing. With "dependencies": not the lab's system packages and programs.
import { refuseOldNode } from './setup/node-version.mjs';

refuseOldNode();
const { runCommand } = await import('./setup/command.mjs');
const { setUp } = await import('./setup/setup.mjs');

await runCommand(async () => {
  await setUp({ lab: process.argv[2] !== 'dependencies' });
  return 0;
});
