/** Whose session ended hears nothing that comes after, not even in the same turn; who asked for it gets the answer. */
import assert from 'node:assert/strict';
import type { ChannelId, SessionId, UserId } from '../../../src/contract/index.ts';
import { Rooms } from '../../../src/transport/socket/rooms.ts';
import type { Gateway } from '../../../src/transport/socket/types.ts';

const channelId = '0c000000-0000-7000-8000-000000000001' as ChannelId;
const sessionId = '05000000-0000-7000-8000-000000000001' as SessionId;
const userId = '0a000000-0000-7000-8000-000000000001' as UserId;
const frame = { channelId, epoch: 1, prev: 1, last: 2, events: [] };

/** Two connections of one session, in the rooms that Socket.IO would keep; each notes what it was sent. */
function connections() {
  const sockets = new Map<string, object>();
  const members = new Map<string, Set<string>>();
  const sent: string[] = [];
  for (const id of ['asking', 'other']) {
    const leave = () => members.forEach((ids) => ids.delete(id));
    sockets.set(id, {
      id,
      connected: true,
      data: { claims: { userId, sessionId } },
      join: (rooms: string | string[]) => {
        for (const room of [rooms].flat())
          members.set(room, (members.get(room) ?? new Set()).add(id));
      },
      emit: (event: string) => sent.push(`${id}: ${event}`),
      disconnect: () => {
        leave();
        sent.push(`${id} closed`);
      },
    });
  }
  const to = (room: string) => ({
    emit: (event: string) => members.get(room)?.forEach((id) => sent.push(`${id}: ${event}`)),
  });
  const io = { sockets: { sockets, adapter: { rooms: members } }, local: { to } };
  const rooms = new Rooms(io as unknown as Gateway);
  for (const socket of sockets.values()) void rooms.enter(socket as never);
  for (const id of sockets.keys()) rooms.join(id, channelId);
  return { rooms, sent };
}

describe('the connections of a session that ended', () => {
  it('are closed before anything else is said to them', () => {
    const { rooms, sent } = connections();
    rooms.closeSession(sessionId, 'session_ended', null);
    rooms.emit(channelId, frame);
    assert.deepEqual(sent, [
      ...['asking: connection.closing', 'asking closed'],
      ...['other: connection.closing', 'other closed'],
    ]);
  });

  it('are closed a turn later only where it was asked for, which has its answer by then', async () => {
    const { rooms, sent } = connections();
    rooms.closeSession(sessionId, 'session_ended', 'asking');
    assert.deepEqual(sent, ['other: connection.closing', 'other closed']);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(sent.slice(2), ['asking: connection.closing', 'asking closed']);
  });
});
