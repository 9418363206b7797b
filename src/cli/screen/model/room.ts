/** A channel as it stands in the list: what it is called, whether one is in it, what is unread and unsent. */
import type { Channel, ChannelId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';

export interface Room {
  readonly id: ChannelId;
  readonly channel: Channel;
  /** As it can be printed, without a mark before it. */
  readonly name: string;
  /** False for one that can be joined, and for one that one is no longer in but wrote something for. */
  readonly isJoined: boolean;
  readonly unread: number;
  /** One's own messages there that are pending or were refused. */
  readonly unsent: number;
  readonly hasFailed: boolean;
}

/** `#` before what everybody may join, `*` before what is private, `@` before what is between two. */
export function labelOf({ name, channel }: Pick<Room, 'name' | 'channel'>): string {
  const mark = channel.kind === 'public' ? '#' : channel.kind === 'private' ? '*' : '@';
  return `${mark}${name}`;
}

export function nameOfChannel({ id, name }: Pick<Channel, 'id' | 'name'>): string {
  const text = printable(name).trim();
  return text === '' ? `unnamed ${id.slice(-8)}` : text;
}

const ORDER = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** By name; of the same name, by age, which the ids tell. */
export function ordered<T extends Pick<Room, 'id' | 'name'>>(rooms: readonly T[]): T[] {
  return [...rooms].sort((a, b) => ORDER.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

/** The room that follows, around the end and back; null where there is none. */
export function neighbour(
  rooms: readonly Pick<Room, 'id'>[],
  current: ChannelId | null,
  by: 1 | -1,
): ChannelId | null {
  if (rooms.length === 0) return null;
  const at = rooms.findIndex(({ id }) => id === current);
  if (at < 0) return rooms[by === 1 ? 0 : rooms.length - 1]?.id ?? null;
  return rooms[(at + by + rooms.length) % rooms.length]?.id ?? null;
}
