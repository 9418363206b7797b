/** How each system is spoken to: how a room is made and entered, how a message is sent, what a frame delivers. */
import { v7 } from 'uuid';
import type { SystemName } from '../workloads.ts';
import type { Ack, Wire } from './wire.ts';

export interface Person {
  readonly token: string;
  readonly userId: string;
}

export interface Member {
  readonly wire: Wire;
  readonly person: Person | null;
}

export interface Dialect {
  readonly bare: boolean;
  /** Makes a room of these members and lets everybody in; gives the room's name. */
  readonly makeRoom: (members: readonly Member[], name: string) => Promise<string>;
  /** Null where the system acknowledges nothing. */
  readonly send: (wire: Wire, room: string, body: string, acked: Ack) => void;
  readonly acknowledges: boolean;
  /** The bodies of the messages that a frame delivers; none for other events. */
  readonly bodies: (frame: unknown) => readonly string[];
}

const plain: Dialect = {
  bare: false,
  acknowledges: true,
  async makeRoom(members, room) {
    await Promise.all(members.map(async ({ wire }) => demand(await wire.call('join', room))));
    return room;
  },
  send: (wire, room, body, acked) => wire.emit('send', { room, body }, acked),
  bodies(frame) {
    const [event, payload] = frame as [string, { body: string }];
    return event === 'message' ? [payload.body] : [];
  },
};

const conclave: Dialect = {
  bare: false,
  acknowledges: true,
  async makeRoom(members, name) {
    const [owner, ...others] = members;
    if (!owner) throw new Error('a room needs somebody');
    const made = demand(await owner.wire.call('channel.create', { kind: 'private', name }));
    const { id: channelId } = made as { id: string };
    for (const { person } of others)
      demand(await owner.wire.call('member.add', { channelId, userId: person?.userId }));
    for (const { wire } of members) demand(await wire.call('channel.subscribe', { channelId }));
    return channelId;
  },
  send: (wire, channelId, body, acked) =>
    wire.emit('message.send', { channelId, clientId: v7(), body }, acked),
  bodies(frame) {
    const [event, payload] = frame as [string, { events: readonly Change[] }];
    if (event !== 'channel.events') return [];
    return payload.events.flatMap(({ kind, message }) =>
      kind === 'message' && message.version === 1 ? [message.body] : [],
    );
  },
};

interface Change {
  readonly kind: string;
  readonly message: { readonly version: number; readonly body: string };
}

const bareWs: Dialect = {
  bare: true,
  acknowledges: false,
  makeRoom: (_members, room) => Promise.resolve(room),
  send: (wire, room, body) => wire.send(JSON.stringify({ room, body })),
  bodies: (frame) => [(frame as { body: string }).body],
};

export const DIALECTS: Readonly<Record<SystemName, Dialect>> = {
  'bare-ws': bareWs,
  'bare-socketio': plain,
  'plain-secure': plain,
  conclave,
};

/** Why an acknowledgement is a no, or null. */
export function refusalIn(reply: unknown): string | null {
  const { ok, error } = reply as { ok: boolean; error?: { code: string } };
  return ok ? null : (error?.code ?? 'refused');
}

function demand(reply: unknown): unknown {
  const refusal = refusalIn(reply);
  if (refusal !== null) throw new Error(`the set-up was refused: ${refusal}`);
  return (reply as { data?: unknown }).data;
}
