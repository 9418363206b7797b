/** People who are together in one channel of Conclave's, each with a connection, on one node or several. */
import { demand, type Member, type Person } from './dialects.ts';
import { Wire } from './wire.ts';

export interface GatheringOptions {
  /** Of nodes; the people take them in turn. */
  readonly ports: readonly number[];
  readonly people: readonly Person[];
  /** How many of them, from the first on, hear what is said. */
  readonly listeners: number;
  /** Null: a new channel, of the first of them, which the others join. */
  readonly channelId: string | null;
}

/** Hears an event of the person at that place. */
export type Watch = (place: number, event: string, payload: unknown) => void;

/** Connections that are opened, and people who join, at a time. */
const AT_ONCE = 10;

export class Gathering {
  readonly #members: Member[] = [];
  readonly #listeners: number;
  #watch: Watch | null = null;
  /** What was heard last: the same bytes come to every listener, and are read only once. */
  #last: { readonly json: Buffer; readonly heard: readonly [string, unknown] } | null = null;
  #channelId = '';
  #lost = 0;

  private constructor(listeners: number) {
    this.#listeners = listeners;
  }

  /** Resolves when everybody has joined, and those who listen do. */
  static async open(options: GatheringOptions): Promise<Gathering> {
    const { ports, people, listeners, channelId } = options;
    const gathering = new Gathering(listeners);
    await inTurn(people.length, async (place) => {
      const person = people[place];
      const port = ports[place % ports.length];
      if (!person || port === undefined) throw new Error('nobody to connect, or nowhere to');
      const wire = await Wire.open({
        port,
        bare: false,
        auth: { token: person.token },
        heard: (json) => gathering.#hears(place, json),
        lost: () => (gathering.#lost += 1),
      });
      gathering.#members[place] = { wire, person };
    });
    if (channelId === null) await gathering.#begin();
    else gathering.#channelId = channelId;
    await inTurn(listeners, (place) =>
      demand(gathering.wire(place), 'channel.subscribe', { channelId: gathering.channelId }),
    );
    return gathering;
  }

  get channelId(): string {
    return this.#channelId;
  }

  get size(): number {
    return this.#members.length;
  }

  get listeners(): number {
    return this.#listeners;
  }

  /** Connections that went since it was opened. */
  get lost(): number {
    return this.#lost;
  }

  wire(place: number): Wire {
    return this.#member(place).wire;
  }

  userId(place: number): string {
    return this.#member(place).person?.userId ?? '';
  }

  /** While `work` is under way, `watch` hears everything that anybody hears. */
  async watching<T>(watch: Watch, work: () => Promise<T>): Promise<T> {
    this.#watch = watch;
    try {
      return await work();
    } finally {
      this.#watch = null;
      this.#last = null;
    }
  }

  close(): void {
    for (const { wire } of this.#members) wire.close();
  }

  async #begin(): Promise<void> {
    const made = await demand(this.wire(0), 'channel.create', { kind: 'public', name: 'A crowd' });
    this.#channelId = (made as { id: string }).id;
    const { channelId } = this;
    await inTurn(this.size - 1, (i) => demand(this.wire(i + 1), 'member.join', { channelId }));
  }

  #member(place: number): Member {
    const member = this.#members[place];
    if (!member) throw new Error(`there is nobody at place ${place}`);
    return member;
  }

  #hears(place: number, json: Buffer): void {
    const watch = this.#watch;
    if (!watch) return;
    if (!this.#last?.json.equals(json))
      this.#last = { json, heard: JSON.parse(json.toString('utf8')) as [string, unknown] };
    watch(place, ...this.#last.heard);
  }
}

async function inTurn(count: number, work: (place: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
