import { expect, onTestFinished, test } from 'vitest';
import { type LocalServer, startHttp, startTls, unusedPort } from '../../test/local-server.ts';
import { tryCarrier, tryHost } from './probes.ts';

const kept = async (starting: Promise<LocalServer>): Promise<LocalServer> => {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
};

test('a host is looked up, and one that there is not is told', async () => {
  expect(await tryHost('127.0.0.1')).toEqual({ status: 'ok', seen: '127.0.0.1 is an address.' });
  expect(await tryHost('carrier.invalid')).toMatchObject({
    status: 'wrong',
    seen: expect.stringMatching(/^carrier\.invalid cannot be found \(.+\); check the name/),
  });
});

test('a carrier is connected to where its transport has connections', async () => {
  const { port } = await kept(startHttp((_, response) => response.end()));
  expect(await tryCarrier(`127.0.0.1:${port}`, 'tcp')).toEqual({
    status: 'ok',
    seen: `127.0.0.1:${port} over TCP answers.`,
  });
  const nobody = `127.0.0.1:${await unusedPort()}`;
  expect(await tryCarrier(nobody, 'tcp')).toEqual({
    status: 'wrong',
    seen: `${nobody} over TCP cannot be reached (ECONNREFUSED).`,
  });
  expect(await tryCarrier(nobody, 'udp')).toMatchObject({ status: 'ok' });
});

test('a carrier whose certificate is not to be trusted is refused', async () => {
  const { port } = await kept(startTls('valid'));
  expect(await tryCarrier(`localhost:${port}`, 'tls')).toEqual({
    status: 'wrong',
    seen: `localhost:${port} over TLS cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT).`,
  });
});
