import {
  AudioFrame,
  AudioSource,
  dispose,
  LocalAudioTrack,
  Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaller, labDir } from './lab.testing.ts';
import { type Lab, startLab } from './lab.ts';
import { LAB_NUMBERS } from './phones/numbers.ts';
import { readWav, similarity, speak } from './speech/index.ts';
import { waitFor } from './wait-for.ts';

const RATE = 24_000;
const GREETING = 'Hello, this is the lab. I am calling about the order that you placed yesterday.';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ dir: labDir('audio') });
});
afterAll(async () => {
  await lab.stop();
  await dispose();
});

test('what is spoken in the room is in the recording of the phone that was called', async () => {
  const caller = createCaller(lab);
  const spoken = `${lab.dir}/greeting.wav`;
  await speak(GREETING, spoken, { rate: RATE });
  const { room: name } = await caller.dial('61491570156');

  const room = new Room();
  const token = new AccessToken(lab.livekit.apiKey, lab.livekit.apiSecret, { identity: 'agent' });
  token.addGrant({ roomJoin: true, room: name });
  await room.connect(lab.livekit.url, await token.toJwt());
  const source = new AudioSource(RATE, 1);
  const track = LocalAudioTrack.createAudioTrack('voice', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  const publication = await room.localParticipant?.publishTrack(track, options);
  await publication?.waitForSubscription();
  const { samples } = await readWav(spoken);
  await source.captureFrame(new AudioFrame(samples, RATE, 1, samples.length));
  await source.waitForPlayout();
  await room.disconnect();

  await lab.phones.hangUp(LAB_NUMBERS.answers);
  const call = await waitFor('the end of the call at the phone', async () =>
    lab.phones.calls(LAB_NUMBERS.answers).find(({ endedAt }) => endedAt !== null),
  );
  expect(await lab.phones.recordings(LAB_NUMBERS.answers)).toEqual([call.heard]);
  expect((await similarity(String(call.heard), spoken)).covered).toBeGreaterThan(0.9);
});
