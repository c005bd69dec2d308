import { BUILT_IN_PLAYBOOK, DEFAULT_NAME, type Shelf, type ShelfEntry } from '@outdial/playbooks';
import { z } from 'zod';
import { HttpError } from '../../errors.ts';
import { type App, errorResponses, type RouteDeps } from '../route.ts';

const playbookSchema = z
  .strictObject({
    name: z.string(),
    status: z.enum(['ready', 'broken']).describe('Calls that ask for a broken one are refused'),
    problems: z.array(z.string()).describe('file:line: field: what is wrong and how to mend it'),
    description: z.string().nullable(),
    language: z.string().nullable(),
    variables: z.array(
      z.strictObject({
        name: z.string(),
        description: z.string().nullable(),
        required: z.boolean(),
        default: z.string().nullable(),
      }),
    ),
    tools: z.array(z.string()),
    transfer_targets: z.array(z.string()).describe('Their names; the numbers are not told'),
    max_call_seconds: z.int().nullable(),
    can_leave_message: z.boolean(),
    can_record: z.boolean(),
    result_fields: z.array(z.string()),
  })
  .describe('A playbook: what POST /dispatch may name, and what it needs');
type PlaybookView = z.output<typeof playbookSchema>;

const viewOf = (entry: ShelfEntry): PlaybookView => {
  if (entry.status === 'broken') {
    return {
      name: entry.name,
      status: 'broken',
      problems: [...entry.problems],
      description: null,
      language: null,
      variables: [],
      tools: [],
      transfer_targets: [],
      max_call_seconds: null,
      can_leave_message: false,
      can_record: false,
      result_fields: [],
    };
  }
  const { playbook } = entry;
  return {
    name: playbook.name,
    status: 'ready',
    problems: [],
    description: playbook.description,
    language: playbook.language,
    variables: playbook.variables.map(({ name, description, default: value }) => ({
      name,
      description,
      required: value === null,
      default: value,
    })),
    tools: playbook.tools,
    transfer_targets: playbook.transfer_targets.map(({ name }) => name),
    max_call_seconds: playbook.max_call_seconds,
    can_leave_message: playbook.voicemail_message !== null,
    can_record: playbook.recording_notice !== null,
    result_fields: Object.keys(playbook.result_schema?.properties ?? {}),
  };
};

const withDefault = ({ entries }: Shelf): readonly ShelfEntry[] =>
  entries.some(({ name }) => name === DEFAULT_NAME)
    ? entries
    : [{ status: 'ok', name: DEFAULT_NAME, playbook: BUILT_IN_PLAYBOOK }, ...entries];

/** The answer while the folder cannot be read; where it is stands in the log alone. */
export const playbooksUnavailable = ({ log }: Pick<RouteDeps, 'log'>, problem: string): HttpError => {
  log.error({ problem }, 'the playbooks cannot be read');
  return new HttpError(
    'playbooks_unavailable',
    'The bridge cannot read its playbooks; its log says why. Nothing was written, ask again later.',
  );
};

/** `GET /playbooks`: what a request may name, as the files stand now. */
export const playbooksRoute = (app: App, deps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/playbooks',
    config: { access: 'read' },
    schema: {
      summary: 'List the playbooks',
      querystring: z.strictObject({}),
      response: {
        200: z.strictObject({ data: z.array(playbookSchema), next: z.null() }),
        ...errorResponses('validation_failed', 'unauthorized', 'scope_missing', 'playbooks_unavailable'),
      },
    },
    handler: async () => {
      const shelf = await deps.playbooks.read();
      if (shelf.problem !== null) throw playbooksUnavailable(deps, shelf.problem);
      return { data: withDefault(shelf).map(viewOf), next: null };
    },
  });
};
