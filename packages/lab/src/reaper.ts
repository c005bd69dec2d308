import { spawn } from 'node:child_process';

/**
 * Reads lines, each the whole list of process groups now alive; at the end of its input kills the last list.
 * The input ends when the process that holds the other end is gone, however it died.
 */
const SCRIPT = `
groups=
while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** Kills the process groups that it was told of as soon as this process is gone, SIGKILL included. */
export type Reaper = {
  add(group: number): void;
  remove(group: number): void;
  /** Ends the watch. Groups still on the list are killed. */
  stop(): Promise<void>;
};

/**
 * Starts the watcher: a shell of about 1 MB in a session of its own, so that neither Ctrl-C nor a signal to our
 * process group reaches it. Parent-death signals would not do: they do not reach Kamailio's own children.
 */
export const startReaper = (): Reaper => {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  shell.once('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  const groups = new Set<number>();
  const tell = () => void shell.stdin.write(`${[...groups].join(' ')}\n`);
  return {
    add: (group) => {
      groups.add(group);
      tell();
    },
    remove: (group) => {
      groups.delete(group);
      tell();
    },
    stop: () => {
      shell.ref();
      shell.stdin.end();
      return ended;
    },
  };
};
