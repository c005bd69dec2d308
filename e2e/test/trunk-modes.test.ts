import { type Lab, startOutdial } from '@outdial/lab';
import { describe, expect, test } from 'vitest';
import { runOutdial } from '../src/run-outdial.ts';
import { only, placeCall, type Stack, useStack } from '../src/stack.ts';

const LIMIT_MS = 90_000;

/** Runs a call with another agent and bridge on the same lab, then stops them. */
const withEnv = async (
  stack: Stack,
  name: string,
  env: Record<string, string>,
  run: (other: Stack) => Promise<void>,
): Promise<void> => {
  const agentName = `agent-${name}`;
  const outdial = await startOutdial({
    dir: `${stack.lab.dir}/${name}`,
    env: { ...stack.lab.env, AGENT_NAME: agentName, ...env },
  });
  try {
    await run({ lab: stack.lab, outdial });
  } finally {
    await outdial.stop();
  }
};

const paiUser = (lab: Lab) => lab.trunk.users.pai;

describe('the ways to reach the carrier', () => {
  const stack = useStack();

  test(
    'a trunk that outdial makes and changes in LiveKit, by its id, with calls as the letter says',
    async () => {
      const settings = {
        ...stack.lab.env,
        SIP_DISPLAY_NAME: 'Our Office',
        SIP_FROM_HOST: 'office.example.com',
        SIP_CODECS: 'PCMA',
      };
      const trunk = (args: readonly string[], env: Record<string, string> = settings) =>
        runOutdial(['trunk', ...args], env);
      expect(await trunk(['plan'])).toMatchObject({ code: 1 });
      const first = await trunk(['apply', '--yes'], {
        ...settings,
        SIP_FROM_HOST: '',
        SIP_TRUNK_PASSWORD: 'old',
      });
      const [, id = ''] = /^SIP_TRUNK_ID=(ST_\w+)$/m.exec(first.stdout) ?? [];
      expect(id).not.toBe('');
      const plan = await trunk(['plan']);
      expect(plan.stdout).toMatch(/from host +none → office\.example\.com\n *password +another → set/);
      // The first name is that of the carrier's host, so that the same trunk is found without its id.
      expect(await trunk(['apply', '--yes'])).toMatchObject({ code: 0, stdout: first.stdout });
      expect(await trunk(['plan'], { ...settings, SIP_TRUNK_ID: id })).toMatchObject({ code: 0 });

      const letter = (await trunk(['letter'])).stdout;
      const inLetter = (name: string) => new RegExp(`^${name} +(.*)$`, 'm').exec(letter)?.[1];
      // What the trunk holds is not in the environment of the agent: it must come from LiveKit.
      const env = {
        SIP_TRUNK_ID: id,
        SIP_DISPLAY_NAME: settings.SIP_DISPLAY_NAME,
        SIP_TRUNK_HOST: '',
        SIP_TRUNK_USERNAME: '',
        SIP_TRUNK_PASSWORD: '',
      };
      await withEnv(stack, 'by-id', env, async (other) => {
        const { record, dialed } = await placeCall(other, {
          destination: '0491570157',
          account_code: 'em-tech-01',
        });
        expect(record.status).toBe('busy');
        const call = only(dialed);
        expect(call).toMatchObject({ finalStatus: 486, authUser: stack.lab.trunk.users.standard.username });
        expect(call.requestUri).toBe(inLetter('Request-URI'));
        expect(call.headers.From?.[0]).toContain(inLetter('From'));
        expect(call.headers['X-Account-Code']).toEqual([inLetter('X-Account-Code')]);
        expect(call.offeredCodecs.join(' ')).toBe(inLetter('Codecs'));
        for (const absent of ['Session-Expires', 'Supported', 'Require']) {
          expect(call.headers[absent]).toBeUndefined();
        }
      });
    },
    LIMIT_MS,
  );

  test(
    'a carrier that wants the auth ID in From and the number in P-Asserted-Identity',
    async () => {
      const { username, password } = paiUser(stack.lab);
      const env = {
        SIP_TRUNK_USERNAME: username,
        SIP_TRUNK_PASSWORD: password,
        SIP_IDENTITY_HEADER: 'P-Asserted-Identity',
        SIP_FROM_IDENTITY: username,
        SIP_FROM_HOST: 'office.example.com',
      };
      await withEnv(stack, 'pai', env, async (other) => {
        const { record, dialed } = await placeCall(other, { destination: '0491570157', account_code: 'pai' });
        expect(record.status).toBe('busy');
        const call = only(dialed);
        expect(call).toMatchObject({ fromUser: username, fromHost: 'office.example.com', finalStatus: 486 });
        expect(call.headers['P-Asserted-Identity']).toHaveLength(1);
        expect(call.headers['P-Asserted-Identity']?.[0]).toContain('55500199');

        const byName = await placeCall(other, {
          destination: '0491570157',
          caller_id: 'JustAName',
          account_code: 'name',
        });
        expect(byName.record.outcome).toMatchObject({
          end_reason: 'caller_id_rejected',
          sip: { status: 403 },
        });
        expect(byName.dialed).toHaveLength(1);
      });
    },
    LIMIT_MS,
  );

  test(
    'a wrong password is told as such, after one dialog',
    async () => {
      await withEnv(stack, 'password', { SIP_TRUNK_PASSWORD: 'wrong' }, async (other) => {
        const { record, dialed } = await placeCall(other, {
          destination: '0491570157',
          account_code: 'login',
        });
        expect(record.outcome).toMatchObject({
          end_reason: 'carrier_auth_failed',
          blame: 'operator',
          retry: 'after_fix',
        });
        expect(dialed).toHaveLength(1);
      });
    },
    LIMIT_MS,
  );

  test(
    'only the listed codecs are offered, and the dial format is kept',
    async () => {
      const env = { SIP_CODECS: 'PCMA', SIP_DIAL_FORMAT: 'national' };
      await withEnv(stack, 'codecs', env, async (other) => {
        const { record, dialed } = await placeCall(other, {
          destination: '0491570157',
          account_code: 'codecs',
        });
        expect(record.status).toBe('busy');
        expect(only(dialed).requestUri).toMatch(/^sip:0491570157@/);
        expect(only(dialed).offeredCodecs).toEqual(['PCMA', 'telephone-event']);
      });
    },
    LIMIT_MS,
  );
});
