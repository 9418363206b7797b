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
  /**
   * Makes a room of these members; gives the room's name. Everybody hears it, or only so many of them where the
   * system knows members that do not listen.
   */
  readonly makeRoom: (
    members: readonly Member[],
    name: string,
    listeners: number,
  ) => Promise<string>;
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
    await Promise.all(members.map(({ wire }) => demand(wire, 'join', room)));
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
  async makeRoom(members, name, listeners) {
    const [owner, ...others] = members;
    if (!owner) throw new Error('a room needs somebody');
    const made = await demand(owner.wire, 'channel.create', { kind: 'private', name });
    const { id: channelId } = made as { id: string };
    for (const { person } of others)
      await demand(owner.wire, 'member.add', { channelId, userId: person?.userId });
    for (const { wire } of members.slice(0, listeners))
      await demand(wire, 'channel.subscribe', { channelId });
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

/** How often a call of the set-up is made at most, and how long after a refusal. */
const ATTEMPTS = 20;
const AGAIN_MS = 500;

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

/** Calls until it is a yes: a server that is overwhelmed by the set-up says so, and is asked again. */
export async function demand(wire: Wire, name: string, payload: unknown): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await wire.call(name, payload);
    const refusal = refusalIn(reply);
    if (refusal === null) return (reply as { data?: unknown }).data;
    const { retry } = (reply as { error?: { retry?: string } }).error ?? {};
    if (retry !== 'later' || attempt === ATTEMPTS)
      throw new Error(`${name} was refused: ${refusal}`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
