import { createLogger } from '@outdial/runtime';
import { expect, test } from 'vitest';
import { testCall } from '../../test/call.ts';
import { createRoomLedger } from './room-ledger.ts';

const log = createLogger({ name: 'test', level: 'info', logPii: false }, { write: () => {} });

const roomOf = (metadata: string) => {
  const state = { metadata };
  return {
    state,
    rooms: {
      listRooms: async () => [{ metadata: state.metadata }],
      updateRoomMetadata: async (_room: string, text: string) => {
        state.metadata = text;
      },
    } as never,
  };
};

const grantOf = (room: ReturnType<typeof roomOf>, token = 'mine') =>
  createRoomLedger({ rooms: room.rooms, roomName: 'r', token, call: testCall(), log }).grant();

test('marks the room before anything is dialled and keeps what stood there', async () => {
  const room = roomOf('{"owner":"n8n"}');
  expect((await grantOf(room)).status).toBe('granted');
  expect(JSON.parse(room.state.metadata)).toEqual({ owner: 'n8n', outdial: { dialed: 'mine' } });
});

test("a job that finds another's mark is refused", async () => {
  const room = roomOf('{"outdial":{"dialed":"other"}}');
  expect(await grantOf(room)).toEqual({ status: 'refused', reason: 'taken' });
});

test('metadata that is not ours to read does not stop the call', async () => {
  expect((await grantOf(roomOf('plain text'))).status).toBe('granted');
});

test('a LiveKit that does not answer is a refusal, not a dial', async () => {
  const rooms = {
    listRooms: () => Promise.reject(new Error('away')),
    updateRoomMetadata: async () => {},
  } as never;
  const grant = await createRoomLedger({ rooms, roomName: 'r', token: 't', call: testCall(), log }).grant();
  expect(grant).toMatchObject({ status: 'refused', reason: expect.stringContaining('away') });
});

test('each target is marked before it is dialled, and never granted twice', async () => {
  const room = roomOf('{"owner":"n8n"}');
  const ledger = createRoomLedger({ rooms: room.rooms, roomName: 'r', token: 'mine', call: testCall(), log });
  await ledger.grant();
  const target = { name: 'default', key: '+61255500100' };
  expect(await ledger.grantLeg(target)).toMatchObject({ status: 'granted' });
  expect(JSON.parse(room.state.metadata)).toEqual({
    owner: 'n8n',
    outdial: { dialed: 'mine', legs: ['+61255500100'] },
  });
  expect(await ledger.grantLeg(target)).toEqual({ status: 'refused', reason: 'taken' });
  expect(await ledger.grantLeg({ name: 'other', key: '+61255500101' })).toMatchObject({ status: 'granted' });
});

test("a second leg under another's mark is refused", async () => {
  const room = roomOf('{"outdial":{"dialed":"other"}}');
  const ledger = createRoomLedger({ rooms: room.rooms, roomName: 'r', token: 'mine', call: testCall(), log });
  const target = { name: 'default', key: '+61255500100' };
  expect(await ledger.grantLeg(target)).toEqual({ status: 'refused', reason: 'taken' });
});
