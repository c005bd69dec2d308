import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { having, testBroken, useSetup } from '../../test/broken-setup.ts';
import { certificate, startTls, unusedPort } from '../../test/local-server.ts';
import { CHECKS } from './checks.ts';

const setup = useSetup();

test('where all is well nothing is found', async () => {
  const results = await setup.examine();
  expect(results.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')).toEqual([]);
  expect(having(results, 'skipped').sort()).toEqual(['callback-host', 'region', 'sip-version']);
  expect(results.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
});

test('it leaves nothing behind at LiveKit and asks the bridge for nothing that changes it', async () => {
  await setup.examine();
  expect(setup.now.livekit.workers).toEqual([expect.stringMatching(/^outdial-doctor-[0-9a-f]{16}$/)]);
  expect(setup.now.bridge.received.filter(({ method }) => method === 'POST')).toMatchObject([
    { path: '/dispatch', body: {} },
    { path: '/callbacks/cb_doctor/replay', body: {} },
  ]);
});

testBroken(setup, [
  {
    name: 'a secret of LiveKit is missing',
    spoil: () => {
      delete setup.now.env.LIVEKIT_API_SECRET;
    },
    found: {
      'bridge-environment': ['fail', /would not start/],
      'agent-environment': ['fail', /would not start/],
    },
  },
  {
    name: 'a setting of the bridge is misspelt',
    spoil: () => {
      setup.now.env.MAX_CONCURRENT_CALLS = 'four';
    },
    found: { 'bridge-environment': ['fail', /one problem/], 'agent-environment': ['fail', /one problem/] },
  },
  {
    name: 'the clock is ten minutes ahead',
    spoil: () => {
      setup.now.livekit.state.behindMs = 600_000;
    },
    found: { clock: ['fail', /(600|599|601) s ahead/] },
  },
  {
    name: 'the clock is half a minute behind',
    spoil: () => {
      setup.now.livekit.state.behindMs = -30_000;
    },
    found: { clock: ['warn', /(30|29|31) s behind/] },
  },
  {
    name: 'nothing listens at LIVEKIT_URL',
    spoil: async () => {
      setup.now.env.LIVEKIT_URL = `ws://127.0.0.1:${await unusedPort()}`;
    },
    found: { 'livekit-host': ['fail', /ECONNREFUSED/], 'livekit-key': ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the name of LIVEKIT_URL does not resolve',
    spoil: () => {
      setup.now.env.LIVEKIT_URL = 'ws://livekit.invalid:7880';
    },
    found: {
      'livekit-host': ['fail', /livekit\.invalid does not resolve/],
      'livekit-key': ['fail', /No answer/],
    },
  },
  {
    name: 'the certificate of LiveKit has expired',
    spoil: async () => {
      setup.now.env.LIVEKIT_URL = `wss://localhost:${(await setup.kept(startTls('expired'))).port}`;
      return { ca: certificate('expired') };
    },
    found: { 'livekit-host': ['fail', /CERT_HAS_EXPIRED.*2020-02-01/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'the certificate of LiveKit is of an unknown authority',
    spoil: async () => {
      setup.now.env.LIVEKIT_URL = `wss://localhost:${(await setup.kept(startTls('valid'))).port}`;
    },
    found: { 'livekit-host': ['fail', /SELF_SIGNED/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'wss is asked of a server without TLS',
    spoil: () => {
      setup.now.env.LIVEKIT_URL = setup.now.livekit.url.replace('ws:', 'wss:');
    },
    found: { 'livekit-host': ['fail', /TLS fails/], 'livekit-key': ['fail', /No answer/] },
  },
  {
    name: 'LiveKit refuses the key',
    spoil: () => {
      setup.now.env.LIVEKIT_API_KEY = 'APIother';
    },
    found: { 'livekit-key': ['fail', /refused the key \(HTTP 401\)/] },
  },
  {
    name: 'livekit-server runs without Redis',
    spoil: () => {
      const body = '{"code":"internal","msg":"sip not connected (redis required)"}';
      setup.now.livekit.state.instead = { status: 500, body, type: 'application/json' };
    },
    found: { 'livekit-key': ['fail', /no telephony/] },
  },
  {
    name: 'something else answers at LIVEKIT_URL',
    spoil: () => {
      setup.now.livekit.state.instead = { status: 404, body: 'Not Found', type: 'text/plain' };
    },
    found: { 'livekit-key': ['fail', /not LiveKit/] },
  },
  {
    name: 'livekit-server is too old',
    spoil: () => {
      setup.now.livekit.state.version = '1.9.11';
    },
    found: { 'livekit-version': ['fail', /1\.9\.11, older than 1\.9\.12/] },
  },
  {
    name: 'livekit-sip is too old',
    spoil: () => {
      const livekitSip = join(setup.now.dir, 'livekit-sip');
      writeFileSync(livekitSip, '#!/bin/sh\necho "SIP version 1.8.0"\n', { mode: 0o700 });
      return { livekitSip };
    },
    found: { 'sip-version': ['fail', /1\.8\.0, older than 1\.9\.0/] },
  },
  {
    name: 'there is no caller ID',
    spoil: () => {
      delete setup.now.env.SIP_FROM_NUMBER;
    },
    found: { 'caller-id': ['fail', /CALLER_ID_FALLBACK is destination/] },
  },
]);

test('the lab may be old: it is a warning there', async () => {
  setup.now.env.ALLOW_FICTITIOUS_NUMBERS = 'true';
  setup.now.livekit.state.version = '1.9.11';
  expect(having(await setup.examine(), 'warn')).toEqual(['livekit-version']);
});
