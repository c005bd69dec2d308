import { fillPlaybook, findPlaybook, type Shelf } from '@outdial/playbooks';
import { chooseCallerName } from '@outdial/telephony';
import type { DispatchCommand } from '../domain/dispatch-command.ts';
import type { DialSettings } from '../domain/guard-rails.ts';
import type { PlaybookChoice } from '../domain/playbook-choice.ts';

/** Finds the playbook that a request names and fills in what it says. `destination` is E.164 when it could be read. */
export const choosePlaybook = (
  shelf: Shelf,
  command: DispatchCommand,
  destination: string,
  settings: DialSettings,
): PlaybookChoice => {
  const found = findPlaybook(shelf, command.playbook ?? null);
  if (found.status === 'refused') return { ...found, field: 'playbook' };
  const filled = fillPlaybook(found.playbook, {
    greeting: command.greeting ?? null,
    instructions: command.instructions ?? null,
    variables: command.variables ?? {},
    builtIn: {
      account_code: command.account_code ?? null,
      caller_name: chooseCallerName(command.caller_name ?? null, settings.displayName),
      destination,
    },
  });
  return filled.status === 'filled' ? { status: 'chosen', playbook: filled.playbook } : filled;
};
