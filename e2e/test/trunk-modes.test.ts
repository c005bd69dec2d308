import { SIPTransport } from '@livekit/protocol';
import { type Lab, startOutdial } from '@outdial/lab';
import { SipClient } from 'livekit-server-sdk';
import { describe, expect, test } from 'vitest';
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
    'a trunk that LiveKit holds, by its id',
    async () => {
      const { url, apiKey, apiSecret } = stack.lab.livekit;
      const { username, password } = stack.lab.trunk.users.standard;
      const trunk = await new SipClient(url, apiKey, apiSecret).createSipOutboundTrunk(
        'lab carrier',
        stack.lab.trunk.address,
        ['*'],
        { transport: SIPTransport.SIP_TRANSPORT_UDP, authUsername: username, authPassword: password },
      );
      const env = {
        SIP_TRUNK_ID: trunk.sipTrunkId,
        SIP_TRUNK_HOST: '',
        SIP_TRUNK_USERNAME: '',
        SIP_TRUNK_PASSWORD: '',
      };
      await withEnv(stack, 'by-id', env, async (other) => {
        const { record, dialed } = await placeCall(other, {
          destination: '0491570157',
          account_code: 'by-id',
        });
        expect(record.status).toBe('busy');
        expect(only(dialed)).toMatchObject({ finalStatus: 486, authUser: username });
        expect(only(dialed).headers['X-Account-Code']).toEqual(['by-id']);
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
