import { expect, onTestFinished, test } from 'vitest';
import { startFakeBridge } from '../test/fake-bridge.ts';
import { createBridgeClient } from './bridge-client.ts';
import { BridgeAway } from './errors.ts';
import { waitForEnd } from './wait-for-end.ts';

test('a bridge that stays away ends the wait', async () => {
  const bridge = await startFakeBridge(() => 'cut');
  onTestFinished(() => bridge.close());
  const client = createBridgeClient({ url: bridge.url, apiKey: 'secret' });
  await expect(waitForEnd(client, 'call_1', () => {}, 500)).rejects.toBeInstanceOf(BridgeAway);
});
