import { Command } from 'commander';
import type { Verb, VerbDeps } from './verb.ts';
import { backupVerb } from './verbs/backup.ts';
import { callVerb } from './verbs/call.ts';
import { callbacksVerb } from './verbs/callbacks.ts';
import { callsVerb } from './verbs/calls.ts';
import { doNotCallVerb } from './verbs/do-not-call.ts';
import { doctorVerb } from './verbs/doctor.ts';
import { firewallVerb } from './verbs/firewall.ts';
import { pauseVerb, resumeVerb } from './verbs/pause.ts';
import { playbookVerb } from './verbs/playbook.ts';
import { queueVerb } from './verbs/queue.ts';
import { setupVerb } from './verbs/setup.ts';
import { trunkVerb } from './verbs/trunk.ts';

const VERBS: readonly Verb[] = [
  callVerb,
  callsVerb,
  callbacksVerb,
  queueVerb,
  pauseVerb,
  resumeVerb,
  doNotCallVerb,
  backupVerb,
  doctorVerb,
  playbookVerb,
  setupVerb,
  trunkVerb,
  firewallVerb,
];

const AFTER_HELP = `
It asks the bridge at BRIDGE_URL (default http://127.0.0.1:8080) with OUTDIAL_API_KEY, both from the
environment, .env.local or .env. Exit codes: 0 done, 1 not done, 2 the command line is wrong.`;

/** The command line. It throws commander's own errors instead of ending the process. */
export const buildProgram = (deps: VerbDeps): Command => {
  const program = new Command('outdial')
    .description('A phone agent you own, from the terminal.')
    .exitOverride()
    // An option belongs to the verb that it follows: "callbacks replay --status dead" is a mistake.
    .enablePositionalOptions()
    .showHelpAfterError('(--help tells what there is)')
    .addHelpText('after', AFTER_HELP);
  for (const verb of VERBS) verb(program, deps);
  return program;
};
