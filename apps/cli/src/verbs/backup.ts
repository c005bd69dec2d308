import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, link, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, codeOf, messageOf } from '../errors.ts';
import type { Verb } from '../verb.ts';

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const taken = (file: string): CliError => new CliError(`${file} is there already; name another file.`);

/** Under another name until it is whole, so that a backup that broke off is never taken for one. */
const save = async (content: Readable, file: string): Promise<number> => {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await pipeline(content, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
    await link(part, file);
    return (await stat(file)).size;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw taken(file);
    throw new CliError(`The backup broke off, and ${file} was not written: ${messageOf(cause)}.`, { cause });
  } finally {
    await rm(part, { force: true });
  }
};

/** `outdial backup`: everything but the recordings, as one file. */
export const backupVerb: Verb = (program, deps) => {
  program
    .command('backup')
    .description('write the whole database to a file, without recordings; needs a key with the scope admin')
    .argument('<file>', 'a new file, such as outdial-2026-03-01.ndjson.gz; - for stdout')
    .action(async (file: string) => {
      const isStdout = file === '-';
      if (!isStdout && (await exists(file))) throw taken(file);
      const content = Readable.fromWeb(await deps.bridge().download('/backup'));
      if (isStdout) return pipeline(content, process.stdout, { end: false });
      const bytes = await save(content, file);
      deps.print(`${file}: ${bytes} bytes. Recordings are files of their own: copy RECORDINGS_DIR, too.`);
    });
};
