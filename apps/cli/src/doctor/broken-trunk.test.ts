import { testBroken, useSetup } from '../../test/broken-setup.ts';
import { TRUNK } from '../../test/healthy-setup.ts';
import { certificate, startHttp, startTls, unusedPort } from '../../test/local-server.ts';

const setup = useSetup();

testBroken(setup, [
  {
    name: 'the trunk is not there',
    spoil: () => {
      setup.now.env.SIP_TRUNK_ID = 'ST_gone';
    },
    found: { trunk: ['fail', /no outbound trunk ST_gone; it has ST_healthy \(carrier\)/] },
  },
  {
    name: 'a trunk that is sent with each call has a login without a password',
    spoil: () => {
      delete setup.now.env.SIP_TRUNK_ID;
      delete setup.now.env.SIP_TRUNK_PASSWORD;
      setup.now.env.SIP_TRUNK_HOST = '127.0.0.1:5060';
    },
    found: { trunk: ['fail', /a login without a password/] },
  },
  {
    name: 'the trunk has other numbers',
    spoil: () => {
      setup.now.livekit.state.trunks = [{ ...TRUNK, numbers: ['+61255500111'] }];
    },
    found: { 'trunk-numbers': ['warn', /lack \+61\*+99/] },
  },
  {
    name: 'the trunk has a number that may not be used',
    spoil: () => {
      setup.now.env.CALLER_IDS_ALLOWED = '+61255500199';
      setup.now.livekit.state.trunks = [{ ...TRUNK, numbers: ['0255500199', '+61255500111'] }];
    },
    found: { 'trunk-numbers': ['warn', /CALLER_IDS_ALLOWED does not name/] },
  },
  {
    name: 'the trunk leads to another carrier than the environment says',
    spoil: () => {
      setup.now.env.SIP_TRUNK_HOST = '127.0.0.1:5070';
      setup.now.env.SIP_TRUNK_TRANSPORT = 'tls';
    },
    found: {
      'trunk-settings': [
        'warn',
        /SIP_TRUNK_HOST is 127\.0\.0\.1:5070.*SIP_TRUNK_TRANSPORT is tls, the trunk’s is udp/,
      ],
    },
  },
  {
    name: 'the carrier’s host does not resolve',
    spoil: () => {
      setup.now.livekit.state.trunks = [{ ...TRUNK, address: 'sip.carrier.invalid:5060' }];
    },
    found: { 'carrier-host': ['fail', /sip\.carrier\.invalid does not resolve/] },
  },
  {
    name: 'Cartesia cannot be reached',
    spoil: async () => {
      setup.now.env.CARTESIA_BASE_URL = `https://127.0.0.1:${await unusedPort()}`;
    },
    found: { 'cartesia-host': ['fail', /ECONNREFUSED/] },
  },
  {
    name: 'the certificate of the language model’s server has expired',
    spoil: async () => {
      setup.now.env.OPENAI_BASE_URL = `https://localhost:${(await setup.kept(startTls('expired'))).port}/v1`;
      return { ca: certificate('expired') };
    },
    found: { 'openai-host': ['fail', /CERT_HAS_EXPIRED/] },
  },
  {
    name: 'callbacks go to a private address that is not allowed',
    spoil: async () => {
      const { port } = await setup.kept(startHttp((_, response) => response.end()));
      setup.now.env.CALLBACK_URL = `http://127.0.0.1:${port}/webhook/calls`;
    },
    found: { 'callback-host': ['fail', /may not go to/], 'bridge-environment': ['fail', /would not start/] },
  },
  {
    name: 'callbacks go to this very machine',
    spoil: async () => {
      const { port } = await setup.kept(startHttp((_, response) => response.end()));
      setup.now.env.CALLBACK_URL = `http://localhost:${port}/webhook/calls`;
      setup.now.env.CALLBACK_ALLOWED_HOSTS = 'localhost,127.0.0.0/8,::1/128';
    },
    found: { 'callback-host': ['warn', /this very machine/] },
  },
]);
