import { type Lab, type Outdial, type Part, startOutdial } from '@outdial/lab';

/** One of the two that are compared: its worker, and how it is made to place a call. */
export type Side = {
  readonly worker: Part;
  call(destination: string, greeting: string): Promise<unknown>;
  stop(): Promise<void>;
};

/** Outdial as `pnpm bridge` and `pnpm agent` start it. */
export const startOurs = async (lab: Lab): Promise<Side> => {
  const outdial: Outdial = await startOutdial({
    dir: lab.dir,
    env: { ...lab.env, LOG_LEVEL: 'INFO' },
  });
  lab.webhooks.sendTo(outdial.bridgeUrl);
  let calls = 0;
  return {
    worker: outdial.agent,
    call: (destination, greeting) => {
      calls += 1;
      return outdial.dispatch({ destination, greeting, account_code: `bench-${calls}` });
    },
    stop: outdial.stop,
  };
};
