import { spawn } from 'node:child_process';

/** What a program is given: its standard input, and a signal that ends it. */
export type ProgramOptions = { stdin?: string | Buffer; signal?: AbortSignal };

/**
 * Runs a short-lived program without blocking the event loop and gives its standard output.
 * Rejects when the program is missing, is aborted, or ends with another code than 0.
 */
export const runProgram = (
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Buffer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // A program that ends early closes its input; its exit code tells more than EPIPE does.
  child.stdin.on('error', () => undefined);
  let failure: Error | undefined;
  child.once('error', (error: NodeJS.ErrnoException) => {
    const hint = `${command} is not installed (Debian: apt-get install ${command})`;
    failure = error.code === 'ENOENT' ? new Error(hint, { cause: error }) : error;
    // One that was aborted still has to end before it counts as gone.
    if (child.pid === undefined) reject(failure);
  });
  child.once('close', (code, signal) => {
    if (failure) return reject(failure);
    if (code === 0) return resolve(Buffer.concat(output));
    const said = Buffer.concat(errors).toString('utf8').trim().slice(-500);
    reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${said || 'no message'}`));
  });
  child.stdin.end(options.stdin ?? '');
  return promise;
};
