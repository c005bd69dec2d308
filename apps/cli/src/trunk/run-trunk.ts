import { confirm } from '../ask.ts';
import { CliError } from '../errors.ts';
import { readLiveKitAccess } from '../livekit-access.ts';
import type { VerbDeps } from '../verb.ts';
import { readCarrierSettings } from './carrier-settings.ts';
import { createTrunks, type Trunks } from './livekit-trunks.ts';
import { lkJson } from './lk-json.ts';
import { findTrunk, planTrunk, type TrunkPlan } from './plan-trunk.ts';
import { defaultTrunkName, type WantedTrunk, wantedTrunk } from './trunk.ts';
import { planLines } from './trunk-lines.ts';

/** How `plan` and `apply` are asked: the trunk's name, and whether its password is sent again. */
export type PlanOptions = { readonly name?: string; readonly sendPassword?: boolean };

type Planned = {
  readonly trunks: Trunks;
  readonly name: string;
  readonly wanted: WantedTrunk;
  readonly plan: TrunkPlan;
};

/** Compares the environment's trunk with LiveKit's; changes nothing. */
export const planFromEnvironment = async (
  deps: VerbDeps,
  { name, sendPassword = false }: PlanOptions,
): Promise<Planned> => {
  const env = deps.environment();
  const settings = readCarrierSettings(env);
  const trunks = createTrunks(readLiveKitAccess(env));
  const wantedName = name ?? defaultTrunkName(settings);
  const trunk = findTrunk(await trunks.list(), settings.SIP_TRUNK_ID, wantedName);
  const wanted = wantedTrunk(settings, trunk === null ? wantedName : (name ?? null));
  return { trunks, name: wantedName, wanted, plan: planTrunk(trunk, wanted, sendPassword) };
};

const agreed = async (deps: VerbDeps, question: string): Promise<boolean> => {
  const answer = await confirm(deps.ask(), question);
  if (answer === null) throw new CliError('Nothing was changed. Without a terminal, say --yes.');
  return answer;
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

/** `outdial trunk plan`. */
export const showPlan = async (deps: VerbDeps, options: PlanOptions): Promise<void> => {
  const { plan } = await planFromEnvironment(deps, options);
  deps.print(planLines(plan));
  if (plan.changes.length > 0) deps.sayNo();
};

/** `outdial trunk apply`. */
export const applyTrunk = async (
  deps: VerbDeps,
  { yes, ...options }: PlanOptions & { readonly yes?: true },
): Promise<void> => {
  const planned = await planFromEnvironment(deps, options);
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

/** `outdial trunk print`. */
export const printTrunk = (
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
