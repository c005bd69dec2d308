import { ConfigError, loadEnvironment } from '@outdial/runtime';
import { CommanderError } from 'commander';
import { createAsker } from './ask.ts';
import { createBridgeClient } from './bridge-client.ts';
import { readBridgeAccess } from './config.ts';
import { CliError } from './errors.ts';
import { buildProgram } from './program.ts';

const USAGE_ERROR = 2;

// "outdial calls | head" closes the pipe early, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const environment = () => loadEnvironment(process.cwd());

const program = buildProgram({
  bridge: () => createBridgeClient(readBridgeAccess(environment())),
  environment,
  ask: () => createAsker(process.stdin, process.stderr),
  input: process.stdin,
  prompt: (text) => {
    if (process.stdin.isTTY) process.stderr.write(text);
  },
  print: (text) => console.log(text),
  note: (text) => console.error(text),
  sayNo: () => {
    process.exitCode = 1;
  },
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
  } else {
    console.error(error instanceof CliError || error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}
