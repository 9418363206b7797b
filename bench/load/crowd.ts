/** The members of a workload, each with a connection, in their rooms, and everything they send and hear. */
import { listenersIn, roomOf, sizeOf, type Workload } from '../workloads.ts';
import { demand, DIALECTS, refusalIn, type Dialect, type Member } from './dialects.ts';
import type { Request, Sent } from './protocol.ts';
import type { Position } from './resume.ts';
import { onSchedule, underPressure } from './schedule.ts';
import { Tally } from './tally.ts';
import { Wire } from './wire.ts';

type Opening = Extract<Request, { do: 'open' }>;
type Sending = Extract<Request, { do: 'send' }>;
type Pressing = Extract<Request, { do: 'press' }>;
type Progress = (sent: number) => void;

/** Connections that are opened, and rooms that are made, at a time. */
const AT_ONCE = 20;
/** How long after the last message deliveries may still come. */
const PATIENCE_MS = 10_000;

/** A frame that a room heard last: the same bytes come to every member, and are read only once. */
interface Last {
  readonly json: Buffer;
  readonly numbers: readonly number[];
}

export class Crowd {
  readonly #workload: Workload;
  readonly #dialect: Dialect;
  readonly #members: Member[] = [];
  readonly #rooms: string[] = [];
  #last: (Last | undefined)[] = [];
  #tally: Tally | null = null;
  #lost = 0;
  #everLost = 0;

  private constructor(workload: Workload, dialect: Dialect) {
    this.#workload = workload;
    this.#dialect = dialect;
  }

  /** Resolves when everybody is in their room. */
  static async open({ system, workload, port, people }: Opening): Promise<Crowd> {
    const crowd = new Crowd(workload, DIALECTS[system]);
    const all = Array.from({ length: workload.members }, (_, member) => member);
    await inTurn(all, AT_ONCE, async (member) => {
      const person = people?.[member] ?? null;
      const wire = await Wire.open({
        port,
        bare: crowd.#dialect.bare,
        auth: person && { token: person.token },
        heard: (json) => crowd.#hears(member, json),
        lost: () => {
          crowd.#lost += 1;
          crowd.#everLost += 1;
        },
      });
      crowd.#members[member] = { wire, person };
    });
    const rooms = Array.from({ length: workload.rooms }, (_, room) => room);
    await inTurn(rooms, AT_ONCE, async (room) => {
      const members = crowd.#members.filter((_, member) => roomOf(workload, member) === room);
      if (members.length !== sizeOf(workload, room)) throw new Error('a room has other members');
      crowd.#rooms[room] = await crowd.#dialect.makeRoom(
        members,
        `room ${room}`,
        listenersIn(workload, room),
      );
    });
    return crowd;
  }

  /** Resolves when everything has arrived, or when it is given up. */
  send({ phase, messages }: Sending, progress: Progress): Promise<Sent> {
    const { messagesPerSecond } = this.#workload;
    return this.#counted(phase, messages, progress, (tally) =>
      onSchedule(messages, messagesPerSecond, (message, dueAt, now) => {
        void this.#say(tally, message, dueAt, now);
      }),
    );
  }

  /** The same, each speaker at their own pace: how much the system takes decides how much is sent. */
  press({ phase, messages, seconds, pauseMs }: Pressing, progress: Progress): Promise<Sent> {
    const { speakers } = this.#workload;
    const rounds = Math.ceil((seconds * 1_000) / pauseMs) + 1;
    const most = Math.min(messages, rounds * speakers);
    return this.#counted(phase, most, progress, (tally) =>
      underPressure({ messages: most, speakers, seconds, pauseMs }, (message, now) =>
        this.#say(tally, message, now, now),
      ),
    );
  }

  /** Where the first room's log stands, where there is one. */
  async position(): Promise<Position> {
    const [member] = this.#members;
    const [channelId] = this.#rooms;
    if (!member || channelId === undefined) throw new Error('there is no room');
    const found = await demand(member.wire, 'channel.read', { channelId });
    const { lastRev: rev, epoch } = found as { lastRev: number; epoch: number };
    return { channelId, rev, epoch };
  }

  /** Connections that went since it was opened. */
  get lost(): number {
    return this.#everLost;
  }

  close(): void {
    for (const { wire } of this.#members) wire.close();
  }

  async #counted(
    phase: string,
    most: number,
    progress: Progress,
    sendAll: (tally: Tally) => Promise<void>,
  ): Promise<Sent> {
    const tally = new Tally(this.#workload, this.#dialect.acknowledges, phase, most);
    this.#tally = tally;
    this.#last = [];
    this.#lost = 0;
    const reporting = setInterval(() => progress(tally.sent), 200);
    const before = process.cpuUsage();
    const began = performance.now();
    await sendAll(tally);
    tally.ends();
    await Promise.race([tally.whole(), pause(PATIENCE_MS)]);
    clearInterval(reporting);
    const { user, system } = process.cpuUsage(before);
    const milliseconds = performance.now() - began;
    const load = (user + system) / 1_000 / milliseconds;
    return { ...tally.result(), seconds: milliseconds / 1_000, lost: this.#lost, load };
  }

  /** Resolves when it is answered; of a system that answers nothing, never. */
  #say(tally: Tally, message: number, dueAt: number, now: number): Promise<void> {
    const author = tally.author(message);
    const member = this.#members[author];
    const room = this.#rooms[roomOf(this.#workload, author)];
    if (!member || room === undefined) throw new Error('nobody is there to send it');
    tally.sends(message, dueAt, now);
    return new Promise((resolve) => {
      this.#dialect.send(member.wire, room, tally.body(message), (reply) => {
        tally.answered(message, refusalIn(reply), performance.now());
        resolve();
      });
    });
  }

  #hears(member: number, json: Buffer): void {
    const tally = this.#tally;
    if (!tally) return; // joins of the set-up
    const now = performance.now();
    const room = roomOf(this.#workload, member);
    let last = this.#last[room];
    if (!last?.json.equals(json)) {
      const frame: unknown = JSON.parse(json.toString('utf8'));
      last = { json, numbers: tally.numbers(this.#dialect.bodies(frame)) };
      this.#last[room] = last;
    }
    if (last.numbers.length > 0) tally.delivered(member, last.numbers, now);
  }
}

async function inTurn<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
