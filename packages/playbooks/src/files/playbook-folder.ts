import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shelf, ShelfEntry } from '../shelf.ts';
import { parsePlaybook } from './parse-playbook.ts';
import { problemLine } from './problem.ts';

/** A folder of playbooks, read anew when its files change. */
export type PlaybookFolder = {
  /** What is in it now: it costs one look at each file, and a parse for those that changed. Never rejects. */
  read(): Promise<Shelf>;
};

const LARGEST_BYTES = 131_072;

type Known = { readonly version: string; readonly entry: ShelfEntry };

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** A playbook's file; what begins with a dot or is a README is none. */
const isPlaybookFile = (file: string): boolean =>
  file.endsWith('.md') && !file.startsWith('.') && !/^readme\.md$/i.test(file);

/** The playbooks' files of a folder, by name. Rejects when it cannot be read. */
export const listPlaybookFiles = async (dir: string): Promise<readonly string[]> =>
  (await readdir(dir)).filter(isPlaybookFile).sort();

/** How a folder of playbooks is read. */
export type FolderOptions = {
  /** Where national numbers of transfer targets are read. */
  readonly defaultCountry: string;
  /** A folder that is not there is a problem; else it is an empty one, unless it was there before. */
  readonly mustExist?: boolean;
};

/** Opens a folder of `<name>.md` files; nothing is read yet. */
export const openPlaybookFolder = (dir: string, options: FolderOptions): PlaybookFolder => {
  let known: ReadonlyMap<string, Known> = new Map();
  let wasThere = false;

  const broken = (file: string, message: string): ShelfEntry => ({
    status: 'broken',
    name: file.replace(/\.md$/, ''),
    problems: [problemLine({ file, line: 1, field: null, message })],
  });

  const parse = async (file: string): Promise<ShelfEntry> => {
    const parsed = parsePlaybook(await readFile(join(dir, file), 'utf8'), {
      file,
      defaultCountry: options.defaultCountry,
    });
    const name = file.replace(/\.md$/, '');
    return parsed.status === 'ok'
      ? { status: 'ok', name, playbook: parsed.playbook }
      : { status: 'broken', name, problems: parsed.problems.map(problemLine) };
  };

  const look = async (file: string): Promise<readonly [string, Known] | null> => {
    try {
      const facts = await stat(join(dir, file));
      const version = [facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join();
      const before = known.get(file);
      if (before?.version === version) return [file, before];
      if (!facts.isFile()) return [file, { version, entry: broken(file, 'It is not a file.') }];
      if (facts.size > LARGEST_BYTES) {
        return [file, { version, entry: broken(file, `It is larger than ${LARGEST_BYTES} bytes.`) }];
      }
      return [file, { version, entry: await parse(file) }];
    } catch (error) {
      // Taken away between the list and the look.
      if (codeOf(error) === 'ENOENT') return null;
      return [file, { version: '', entry: broken(file, `It cannot be read (${codeOf(error)}).`) }];
    }
  };

  return {
    read: async () => {
      let files: readonly string[];
      try {
        files = await listPlaybookFiles(dir);
        wasThere = true;
      } catch (error) {
        if (codeOf(error) === 'ENOENT' && !wasThere && options.mustExist !== true)
          return { entries: [], problem: null };
        const problem = `The playbooks in ${dir} cannot be read (${codeOf(error)}); check PLAYBOOKS_DIR.`;
        return { entries: [], problem };
      }
      const looked = await Promise.all(files.map(look));
      known = new Map(looked.filter((entry) => entry !== null));
      return { entries: [...known.values()].map(({ entry }) => entry), problem: null };
    },
  };
};
