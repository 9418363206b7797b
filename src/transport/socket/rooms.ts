/** The rooms of this node: who listens to a channel, which connections a user and a session have. */
import {
  CLOSURES,
  type Broadcasts,
  type ChannelFrame,
  type ChannelId,
  type ClosureCode,
  type Jti,
  type SessionId,
  type UserId,
  type WorkspaceId,
} from '../../contract/index.ts';
import { waitingBytes } from './slow-consumers.ts';
import type { ClientSocket, Gateway } from './types.ts';

const CHANNEL = 'channel:';
const channelRoom = (id: ChannelId) => `${CHANNEL}${id}`;
const userRoom = (id: UserId) => `user:${id}`;
const sessionRoom = (id: SessionId) => `session:${id}`;

/** Bytes that may wait for a connection that is told of heads: it has more than enough to take, and learns by that. */
const HEADS_WAITING_BYTES = 64 * 1024;

export class Rooms {
  readonly #io: Gateway;

  constructor(io: Gateway) {
    this.#io = io;
  }

  /** A connection that passed the handshake is reachable by its user and its session. */
  async enter(socket: ClientSocket): Promise<void> {
    const { userId, sessionId } = socket.data.claims;
    await socket.join([userRoom(userId), sessionRoom(sessionId)]);
  }

  join(connectionId: string, channelId: ChannelId): boolean {
    const socket = this.#io.sockets.sockets.get(connectionId);
    if (!socket?.connected) return false;
    void socket.join(channelRoom(channelId));
    return true;
  }

  /** Takes the user out of the channel's room; `mayAsk` tells each connection that was in it to ask again. */
  evict(userId: UserId, channelId: ChannelId, mayAsk: boolean): void {
    for (const socket of this.#in(userRoom(userId))) {
      if (!socket.rooms.has(channelRoom(channelId))) continue;
      void socket.leave(channelRoom(channelId));
      if (mayAsk) socket.emit('access.changed', { channelId });
    }
  }

  /** Tells the user's connections that do not listen to the channel to ask again. */
  invite(userId: UserId, channelId: ChannelId): void {
    for (const socket of this.#in(userRoom(userId)))
      if (!socket.rooms.has(channelRoom(channelId))) socket.emit('access.changed', { channelId });
  }

  /** Takes everybody out of the channel's room, and tells each to ask again: those who may are let in anew. */
  vacate(channelId: ChannelId): void {
    for (const socket of this.#in(channelRoom(channelId))) {
      void socket.leave(channelRoom(channelId));
      socket.emit('access.changed', { channelId });
    }
  }

  /** Encoded once for all connections in the room; `local`, because every node follows the log itself. */
  emit(channelId: ChannelId, frame: ChannelFrame): void {
    this.#io.local.to(channelRoom(channelId)).emit('channel.events', frame);
  }

  /**
   * Who writes, for everybody else in the room. `volatile`: a connection that has anything left to take is passed by,
   * and nothing is kept for it.
   */
  typing(channelId: ChannelId, userId: UserId): void {
    const others = this.#io.local.to(channelRoom(channelId)).except(userRoom(userId));
    others.volatile.emit('channel.typing', { channelId, userId });
  }

  /** A frame for one connection alone. */
  emitTo(connectionId: string, frame: ChannelFrame): void {
    this.#io.sockets.sockets.get(connectionId)?.emit('channel.events', frame);
  }

  has(connectionId: string): boolean {
    return this.#io.sockets.sockets.get(connectionId)?.connected === true;
  }

  /** False when nothing was said, because the connection is gone or has much to take. */
  tellPresence(connectionId: string, changed: Broadcasts['presence.changed']): boolean {
    const socket = this.#io.sockets.sockets.get(connectionId);
    if (!socket || waitingBytes(socket) > HEADS_WAITING_BYTES) return false;
    socket.emit('presence.changed', changed);
    return true;
  }

  /** Everybody of the workspace who has a connection here, each once. */
  peopleOf(workspaceId: WorkspaceId): readonly UserId[] {
    const people = new Set<UserId>();
    for (const { data } of this.#io.sockets.sockets.values())
      if (data.claims.workspaceId === workspaceId) people.add(data.claims.userId);
    return [...people];
  }

  connections(): Iterable<string> {
    return this.#io.sockets.sockets.keys();
  }

  /** The channels that the connection is in the rooms of; none when it is gone. */
  follows(connectionId: string): ChannelId[] {
    return this.channelsOf(this.#io.sockets.sockets.get(connectionId)?.rooms ?? []);
  }

  /** False when nothing was said, because the connection is gone or has much to take. */
  tellHeads(connectionId: string, heads: Broadcasts['channel.heads']): boolean {
    const socket = this.#io.sockets.sockets.get(connectionId);
    if (!socket || waitingBytes(socket) > HEADS_WAITING_BYTES) return false;
    socket.emit('channel.heads', heads);
    return true;
  }

  size(channelId: ChannelId): number {
    return this.#io.sockets.adapter.rooms.get(channelRoom(channelId))?.size ?? 0;
  }

  disperse(channelId: ChannelId, closure: ClosureCode): void {
    for (const socket of this.#in(channelRoom(channelId))) close(socket, closure);
  }

  tell<E extends keyof Broadcasts>(userId: UserId, event: E, payload: Broadcasts[E]): void {
    for (const socket of this.#in(userRoom(userId)))
      (socket as { emit(event: string, payload: unknown): void }).emit(event, payload);
  }

  /**
   * At once: whatever follows in this very turn is not for them any more. Only the connection that asked for it is
   * closed a turn later, so that it still gets its answer.
   */
  closeSession(sessionId: SessionId, closure: ClosureCode, asking: string | null): void {
    this.#closeEach(this.#in(sessionRoom(sessionId)), closure, asking);
  }

  /** The same, of a session's connections those that rest on that access token. */
  closeToken(sessionId: SessionId, jti: Jti, asking: string | null): void {
    const resting = this.#in(sessionRoom(sessionId)).filter(({ data }) => data.claims.jti === jti);
    this.#closeEach(resting, 'token_revoked', asking);
  }

  closeUser(userId: UserId, closure: ClosureCode): void {
    for (const socket of this.#in(userRoom(userId))) close(socket, closure);
  }

  closeAll(closure: ClosureCode): void {
    for (const socket of [...this.#io.sockets.sockets.values()]) close(socket, closure);
  }

  closeConnection(connectionId: string, closure: ClosureCode): void {
    const socket = this.#io.sockets.sockets.get(connectionId);
    if (socket) close(socket, closure);
  }

  /** The channels among a connection's rooms. */
  channelsOf(rooms: Iterable<string>): ChannelId[] {
    return [...rooms]
      .filter((room) => room.startsWith(CHANNEL))
      .map((room) => room.slice(CHANNEL.length) as ChannelId);
  }

  #closeEach(sockets: readonly ClientSocket[], closure: ClosureCode, asking: string | null): void {
    for (const socket of sockets)
      if (socket.id === asking) setImmediate(() => close(socket, closure));
      else close(socket, closure);
  }

  #in(room: string): ClientSocket[] {
    const ids = this.#io.sockets.adapter.rooms.get(room) ?? [];
    return [...ids].flatMap((id) => this.#io.sockets.sockets.get(id) ?? []);
  }
}

/** Says why, and what to do next, before the connection goes. */
export function close(socket: ClientSocket, code: ClosureCode): void {
  socket.emit('connection.closing', { code, next: CLOSURES[code].next });
  socket.disconnect(true);
}
