import type { GrantedCall } from '@outdial/telephony';
import { createCallTools } from '../src/tools/call-tools.ts';
import { createEndGuard } from '../src/tools/end-guard.ts';
import { testCall } from '../test/call.ts';
import { createCallRig } from '../test/call-rig.ts';
import { converse, type ScriptedModel } from './scripted-model.ts';

/** A real call run against recording ports, with a scripted model on its real tools. */
export const callWithTools = async (
  model: ScriptedModel,
  options: {
    readonly call?: Partial<GrantedCall>;
    readonly answered?: boolean;
    readonly mode?: 'auto' | 'bridge';
    readonly instructions?: string;
  } = {},
) => {
  const rig = createCallRig({
    call: options.call ?? {},
    env: { TRANSFER_MODE: options.mode ?? 'refer' },
  });
  if (options.answered ?? true) await rig.answer();
  else await rig.sessionStarted;
  const transfers = rig.transfers();
  if (transfers === undefined) throw new Error('The call has no transfers.');
  const seen = { optOuts: 0, keys: [] as string[] };
  const during = <T>(work: () => Promise<T>): Promise<T> => work();
  const talk = await converse({
    model,
    ...(options.instructions === undefined ? {} : { instructions: options.instructions }),
    tools: createCallTools({
      playbook: testCall(options.call).playbook,
      transfers,
      optOutIsListed: true,
      talk: () => ({
        optOut: () => {
          seen.optOuts += 1;
        },
        press: async (keys) => void seen.keys.push(keys),
        during,
      }),
      guard: createEndGuard(() => ({ during })),
      farewell: async () => {},
      hangUp: () => rig.end.decide({ reason: 'agent_hangup', hungUpBy: 'agent' }),
    }),
  });
  return {
    ...talk,
    rig,
    /** What else the tools did. */
    seen,
    close: async () => {
      rig.end.decide({ reason: 'agent_hangup', hungUpBy: 'agent' });
      await rig.done;
      talk.close();
    },
  };
};
