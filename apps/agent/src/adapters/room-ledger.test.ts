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
