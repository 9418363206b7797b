/** What the adapters of Socket.IO say to each other, by kind: what they listen to, how they say a notice, and what they could ask. */

/** Kind, what lists its channels in Redis, how the one that notices come on ends, and what publishes there. */
export const KINDS = [
  ['sharded', 'SHARDCHANNELS', '#/#', 'spublish'],
  ['classic', 'CHANNELS', '-request#/#', 'publish'],
] as const;

type Kind = (typeof KINDS)[number][0];

/** A notice as a node says it. */
export function said(kind: Kind, notice: unknown) {
  return kind === 'sharded'
    ? { type: 9, nsp: '/', uid: 'x', data: { packet: ['notice', [notice]] } }
    : { type: 6, uid: 'x', data: ['notice', [notice]] };
}

/** Everything that this adapter can ask of another node, and what is nearly a notice. */
export function requests(kind: Kind, room: string, userId: string): unknown[] {
  const everybody = { rooms: [], except: [], flags: {} };
  const shout = { type: 2, nsp: '/', data: ['channel.events', { channelId: room }] };
  const notice = { effect: 'tell', userId, event: 'access.changed', payload: {} };
  const asked = (type: number, rest: object) => ({ type, nsp: '/', uid: 'x', ...rest });
  const clustered = (type: number, data: object) => asked(type, { data });
  return kind === 'sharded'
    ? [
        clustered(3, { packet: shout, opts: everybody }), // broadcast
        clustered(4, { opts: everybody, rooms: [room] }), // join
        clustered(5, { opts: everybody, rooms: [room] }), // leave
        clustered(6, { opts: everybody, close: true }), // disconnect
        clustered(6, { opts: everybody, close: true, packet: ['notice', notice] }),
        clustered(7, { opts: everybody, requestId: 'r' }), // fetch
        clustered(8, { requestId: 'r', sockets: [] }),
        clustered(9, { packet: ['connection', {}] }),
        clustered(9, { packet: ['notice', notice], requestId: 'r' }),
        clustered(9, { packet: ['notice'] }),
        clustered(13, {}),
        asked(6, { data: ['notice', notice] }), // a notice of the other kind
        [],
        null,
      ]
    : [
        asked(0, { requestId: 'r', rooms: [] }), // sockets
        asked(1, { requestId: 'r' }), // all rooms
        asked(2, { opts: everybody, rooms: [room] }), // join
        asked(2, { requestId: 'r', sid: 's', room }),
        asked(3, { opts: everybody, rooms: [room] }), // leave
        asked(4, { opts: everybody, close: true }), // disconnect
        asked(4, { opts: everybody, close: true, data: ['notice', notice] }),
        asked(5, { requestId: 'r', opts: everybody }), // fetch
        asked(7, { requestId: 'r', packet: shout, opts: everybody }), // broadcast
        asked(6, { data: ['connection', {}] }),
        asked(6, { data: ['notice', notice], requestId: 'r' }),
        asked(6, { data: ['notice'] }),
        clustered(9, { packet: ['notice', notice] }), // a notice of the other kind
        [],
        null,
      ];
}
