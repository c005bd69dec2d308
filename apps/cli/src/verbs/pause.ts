import type { Pause, Paused, Resumed } from '../answers.ts';
import { printable } from '../layout.ts';
import { show, type Verb, withJson } from '../verb.ts';

type Json = { readonly json?: true };
type PauseOptions = Json & { readonly reason?: string; readonly hangUp?: true };

/** The kill switch in one line. */
export const pauseLine = ({ since, reason, by }: Pause): string =>
  printable(
    `Dialling is paused since ${since}${by === null ? '' : ` by ${by}`}${reason === null ? '' : `: ${reason}`}`,
  );

const liveLine = ({ live, canceled }: Paused): string => {
  if (live === 0) return 'No call is live.';
  const calls = live === 1 ? '1 call is live' : `${live} calls are live`;
  return canceled > 0
    ? `${calls}, ${canceled} of them asked to end.`
    : `${calls} and may go on; outdial pause --hang-up ends ${live === 1 ? 'it' : 'them'}.`;
};

/** `outdial pause`: stops all dialling. */
export const pauseVerb: Verb = (program, deps) => {
  withJson(
    program
      .command('pause')
      .description(
        'stop all dialling, on every bridge, until outdial resume; needs a key with the scope admin',
      )
      .option('--reason <text>', 'shown to whoever is refused')
      .option('--hang-up', 'end the calls that are live, too'),
  ).action(async ({ reason, hangUp, ...options }: PauseOptions) => {
    const answer = await deps.bridge().post<Paused>('/pause', { reason, hang_up: hangUp === true });
    show(deps, options, answer, (paused) => `${pauseLine(paused.pause)}\n${liveLine(paused)}`);
  });
};

/** `outdial resume`: ends the pause. */
export const resumeVerb: Verb = (program, deps) => {
  withJson(
    program
      .command('resume')
      .description('dial again; calls that waited start in their order; needs a key with the scope admin'),
  ).action(async (options: Json) => {
    const answer = await deps.bridge().post<Resumed>('/resume');
    show(deps, options, answer, ({ resumed }) =>
      resumed ? 'Dialling goes on.' : 'Nothing was paused; dialling goes on.',
    );
  });
};
