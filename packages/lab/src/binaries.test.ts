import { expect, test } from 'vitest';
import { findBinaries, goBinaries } from './binaries.ts';

test('every missing program is named at once with the way to get it', () => {
  const find = () =>
    findBinaries({ livekitServer: '/nowhere/server', livekitSip: '/nowhere/sip' }, '/nowhere', []);
  expect(find).toThrow(/baresip is missing: install the Debian package baresip-core/);
  expect(find).toThrow(/sipp is missing: install the Debian package sip-tester/);
  expect(find).toThrow(/livekit-sip is missing at \/nowhere\/sip: npm start builds it/);
});

test('the Go programs come from an argument, the environment, or the repository', () => {
  const given = { livekitServer: '/a', livekitSip: '/b' };
  expect(goBinaries(given, {})).toEqual(given);
  expect(goBinaries(undefined, { LAB_LIVEKIT_SIP: '/c' })).toMatchObject({ livekitSip: '/c' });
  expect(goBinaries(undefined, {}).livekitServer).toMatch(/\.cache\/lab\/bin\/livekit-server$/);
});
