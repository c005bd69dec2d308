import { ConfigError } from '@outdial/runtime';
import { callerIdsOf, readCarrierSettings } from '../trunk/carrier-settings.ts';
import { carrierLetter } from '../trunk/letter.ts';
import type { PlanOptions } from '../trunk/run-trunk.ts';
import type { Verb, VerbDeps } from '../verb.ts';

// LiveKit's SDK comes with it: the other verbs start faster without it.
const work = () => import('../trunk/run-trunk.ts');

const letter = (deps: VerbDeps, { carrier, sender }: { carrier: string; sender?: string }): void => {
  const env = deps.environment();
  const settings = readCarrierSettings(env);
  if (callerIdsOf(settings).length === 0) {
    throw new ConfigError([
      'No caller ID is set; set SIP_FROM_NUMBER to the number that the carrier is to approve.',
    ]);
  }
  deps.print(
    carrierLetter(settings, { carrier, sender: sender ?? null, liveKitUrl: env.LIVEKIT_URL ?? null }),
  );
};

/** `outdial trunk`: the outbound trunk in LiveKit and the letter to the carrier, both from the environment. */
export const trunkVerb: Verb = (program, deps) => {
  const trunk = program
    .command('trunk')
    .description(
      'the outbound trunk in LiveKit, from SIP_TRUNK_HOST and its neighbours; no bridge is needed',
    );
  const planning = (name: string, description: string) =>
    trunk
      .command(name)
      .description(description)
      .option('--name <name>', 'its name in LiveKit; default: outdial and the carrier’s host')
      .option('--send-password', 'send the password though LiveKit does not show the present one');
  planning('plan', 'what apply would change; exit code 1 if there is something').action(
    async (options: PlanOptions) => (await work()).showPlan(deps, options),
  );
  planning('apply', 'make the trunk, or change it to what the environment says; it deletes nothing')
    .option('--yes', 'do not ask')
    .action(async (options: PlanOptions & { yes?: true }) => (await work()).applyTrunk(deps, options));
  trunk
    .command('print')
    .description('the same as JSON for LiveKit’s own command line, lk')
    .option('--name <name>', 'its name in LiveKit; default: outdial and the carrier’s host')
    .option('--show-password', 'with the password in it')
    .action(async (options: { name?: string; showPassword?: boolean }) =>
      (await work()).printTrunk(deps, options),
    );
  trunk
    .command('letter')
    .description('the letter to the carrier: what we are, and what it has to confirm')
    .option('--carrier <name>', 'who it is to', 'Nehos')
    .option('--sender <name>', 'who it is from')
    .action((options: { carrier: string; sender?: string }) => letter(deps, options));
};
