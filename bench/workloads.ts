/** What is asked of every system alike: who is where, how much is said, and by whom. */

export const WORKLOADS = ['busy-room', 'many-rooms'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** Those with figures of their own (bench/trials). */
export const TRIALS = ['hot-channel', 'idle', 'resume'] as const;
export type TrialName = (typeof TRIALS)[number];

export const SYSTEMS = ['bare-ws', 'bare-socketio', 'plain-secure', 'conclave'] as const;
export type SystemName = (typeof SYSTEMS)[number];

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly members: number;
  readonly rooms: number;
  /** Members who speak, in turn; the others listen. */
  readonly speakers: number;
  /** Of each room; everybody where it is not said. */
  readonly listeners?: number;
  /** Over all rooms together. */
  readonly messagesPerSecond: number;
  /** Seconds that are measured, and those before them that warm everything up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Who can do it: the floor knows one room only. */
  readonly systems: readonly SystemName[];
}

export interface WorkloadOptions {
  readonly seconds: number;
  /** Of the busy room, and of many rooms together. */
  readonly members: number;
  /** Share of the usual messages a second, for a machine that cannot carry them all. */
  readonly pace: number;
}

/** Messages a second and member at most: Conclave's limit of 120 in 60 s stays on. */
const PER_MEMBER = 2;
const MEMBERS_PER_ROOM = 10;
const WARM_UP_SECONDS = 2;

/** Both workloads; who is in which room and who speaks when goes round the members. */
export function workloads({
  seconds,
  members,
  pace,
}: WorkloadOptions): Record<WorkloadName, Workload> {
  const rooms = Math.max(2, Math.round(members / MEMBERS_PER_ROOM));
  return {
    'busy-room': workload(seconds, members, {
      name: 'busy-room',
      rooms: 1,
      messagesPerSecond: 100 * pace,
      systems: SYSTEMS,
    }),
    'many-rooms': workload(seconds, members, {
      name: 'many-rooms',
      rooms,
      messagesPerSecond: 1_000 * pace,
      systems: SYSTEMS.filter((name) => name !== 'bare-ws'),
    }),
  };
}

export const roomOf = (workload: Pick<Workload, 'rooms'>, member: number): number =>
  member % workload.rooms;

/** How many members a room has. */
export function sizeOf({ rooms, members }: Pick<Workload, 'rooms' | 'members'>, room: number) {
  return Math.floor((members - room - 1) / rooms) + 1;
}

/** How many of them hear what is said there. */
export function listenersIn(
  workload: Pick<Workload, 'rooms' | 'members' | 'listeners'>,
  room: number,
): number {
  return Math.min(sizeOf(workload, room), workload.listeners ?? Infinity);
}

function workload(
  seconds: number,
  members: number,
  {
    messagesPerSecond: most,
    ...about
  }: Omit<Workload, 'title' | 'members' | 'speakers' | 'seconds' | 'warmUpSeconds'>,
): Workload {
  const messagesPerSecond = Math.min(most, PER_MEMBER * members);
  const speakers = Math.min(members, Math.ceil(messagesPerSecond));
  // Whoever speaks does so once before it counts: a first message makes the author's key.
  const warmUpSeconds = Math.max(
    Math.min(WARM_UP_SECONDS, seconds / 2),
    speakers / messagesPerSecond,
  );
  const where = about.rooms === 1 ? 'in one room' : `in ${about.rooms} rooms`;
  const title = `${about.name.replace('-', ' ')}: ${members} members ${where}, ${messagesPerSecond.toLocaleString('en')} messages a second`;
  return { ...about, title, members, speakers, messagesPerSecond, seconds, warmUpSeconds };
}
