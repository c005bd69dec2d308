import { ConfigError } from '@outdial/runtime';
import { NoAnswer } from '../ask.ts';
import { CliError } from '../errors.ts';
import { readLiveKitAccess } from '../livekit.ts';
import { callerIdsOf, readCarrierSettings } from '../trunk/carrier-settings.ts';
import { carrierLetter } from '../trunk/letter.ts';
import { createTrunks, type Trunks } from '../trunk/livekit-trunks.ts';
import { lkJson } from '../trunk/lk-json.ts';
import { findTrunk, planTrunk, type TrunkPlan } from '../trunk/plan-trunk.ts';
import { defaultTrunkName, type WantedTrunk, wantedTrunk } from '../trunk/trunk.ts';
import { planLines } from '../trunk/trunk-lines.ts';
import type { Verb, VerbDeps } from '../verb.ts';

type PlanOptions = { readonly name?: string; readonly sendPassword?: boolean };
type Planned = {
  readonly trunks: Trunks;
  readonly name: string;
  readonly wanted: WantedTrunk;
  readonly plan: TrunkPlan;
};

const plan = async (deps: VerbDeps, { name, sendPassword = false }: PlanOptions): Promise<Planned> => {
  const env = deps.environment();
  const settings = readCarrierSettings(env);
  const trunks = createTrunks(readLiveKitAccess(env));
  const wantedName = name ?? defaultTrunkName(settings);
  const trunk = findTrunk(await trunks.list(), settings.SIP_TRUNK_ID, wantedName);
  const wanted = wantedTrunk(settings, trunk === null ? wantedName : (name ?? null));
  return { trunks, name: wantedName, wanted, plan: planTrunk(trunk, wanted, sendPassword) };
};

const agreed = async (deps: VerbDeps, question: string): Promise<boolean> => {
  const ask = deps.ask();
  try {
    return await ask.yes(question, false);
  } catch (error) {
    if (error instanceof NoAnswer) throw new CliError('Nothing was changed. Without a terminal, say --yes.');
    throw error;
  } finally {
    ask.close();
  }
};

const checked = async ({ trunks, wanted, name }: Planned, id: string): Promise<void> => {
  const left = planTrunk(findTrunk(await trunks.list(), id, name), wanted).changes;
  if (left.length === 0) return;
  throw new CliError(
    `LiveKit took the change of ${id} but does not show it: ${left.map(({ field }) => field).join(', ')}. Its version may not know these fields.`,
  );
};

/** Makes or changes the trunk as planned and looks at it again. Gives its id. */
export const applyPlan = async (planned: Planned): Promise<string> => {
  const {
    trunks,
    name,
    wanted,
    plan: { trunk, changes },
  } = planned;
  const id = trunk?.id ?? (await trunks.create(name, wanted));
  if (trunk !== null) await trunks.change(id, wanted, changes);
  await checked(planned, id);
  return id;
};

/** Plans from the environment, as `outdial trunk plan` does. */
export const planFromEnvironment = plan;

const apply = async (deps: VerbDeps, { yes, ...options }: PlanOptions & { readonly yes?: true }) => {
  const planned = await plan(deps, options);
  deps.note(planLines(planned.plan));
  const { trunk, changes } = planned.plan;
  if (trunk !== null && changes.length === 0) return deps.print(`SIP_TRUNK_ID=${trunk.id}`);
  const question = trunk === null ? 'Make this trunk in LiveKit?' : 'Change it in LiveKit?';
  if (yes !== true && !(await agreed(deps, question))) {
    deps.note('Nothing was changed.');
    return deps.sayNo();
  }
  const id = await applyPlan(planned);
  deps.note(`${trunk === null ? 'Made' : 'Changed'}. Calls use it when .env or .env.local has this line:`);
  deps.print(`SIP_TRUNK_ID=${id}`);
};

const printTrunk = (
  deps: VerbDeps,
  { name, showPassword = false }: { name?: string; showPassword?: boolean },
) => {
  const settings = readCarrierSettings(deps.environment());
  const id = settings.SIP_TRUNK_ID;
  // An update replaces the whole trunk: what stood for the password or the name would become it.
  if (id !== null && settings.SIP_TRUNK_PASSWORD !== null && !showPassword) {
    throw new CliError(
      `SIP_TRUNK_ID is set, so this would be for lk sip outbound update, which replaces the whole trunk ${id}: without the password in it, calls would be refused. Say --show-password, or use outdial trunk apply.`,
    );
  }
  if (id !== null && name === undefined) {
    throw new CliError(
      `SIP_TRUNK_ID is set, so this would be for lk sip outbound update, which replaces the whole trunk ${id}, its name too. Say --name with the name that it has (outdial trunk plan shows it), or use outdial trunk apply, which keeps it.`,
    );
  }
  const json = lkJson(
    wantedTrunk(settings, name ?? defaultTrunkName(settings)),
    id === null ? 'create' : 'update',
    showPassword,
  );
  deps.print(json);
  if (id === null) {
    const hidden = settings.SIP_TRUNK_PASSWORD !== null && !showPassword;
    return deps.note(
      `With this in trunk.json: lk sip outbound create trunk.json${hidden ? '\nPut the password in the place of auth_password first, or say --show-password.' : ''}`,
    );
  }
  deps.note(
    `With this in trunk.json: lk sip outbound update --id ${id} trunk.json\nIt replaces the whole trunk: what the file does not name is cleared.`,
  );
};

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
    async (options: PlanOptions) => {
      const { plan: found } = await plan(deps, options);
      deps.print(planLines(found));
      if (found.changes.length > 0) deps.sayNo();
    },
  );
  planning('apply', 'make the trunk, or change it to what the environment says; it deletes nothing')
    .option('--yes', 'do not ask')
    .action((options: PlanOptions & { yes?: true }) => apply(deps, options));
  trunk
    .command('print')
    .description('the same as JSON for LiveKit’s own command line, lk')
    .option('--name <name>', 'its name in LiveKit; default: outdial and the carrier’s host')
    .option('--show-password', 'with the password in it')
    .action((options: { name?: string; showPassword?: boolean }) => printTrunk(deps, options));
  trunk
    .command('letter')
    .description('the letter to the carrier: what we are, and what it has to confirm')
    .option('--carrier <name>', 'who it is to', 'Nehos')
    .option('--sender <name>', 'who it is from')
    .action((options: { carrier: string; sender?: string }) => letter(deps, options));
};
