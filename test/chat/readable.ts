/** Random worlds of people who come and go, and a model of what each of them may read, by whatever way. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ChannelEvent, ChannelId, MessageId } from '../../src/contract/index.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';

/** Of everybody: from which post on, and which revision, to which. */
interface Stay {
  readonly after: number;
  readonly joined: number;
  upTo: number;
  left: number;
}

interface Post {
  readonly id: MessageId;
  readonly author: number;
  deleted: boolean;
}

interface Step {
  readonly do: 'toggle' | 'send' | 'edit' | 'delete' | 'react' | 'pin' | 'look';
  readonly who: number;
  readonly what: number;
}

/** How each world begins: with words from before a stay, within one and from outside, so that no world proves nothing. */
const BEGINNING = (['send', 'toggle', 'send', 'look'] as const).flatMap((act) =>
  (act === 'look' ? [0, 1] : [0]).map((who): Step => ({ do: act, who, what: 0 })),
);

const WEIGHTS = { toggle: 3, send: 5, edit: 2, delete: 1, react: 3, pin: 2, look: 2 } as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  ...Object.entries(WEIGHTS).map(([name, weight]) => ({
    weight,
    arbitrary: fc.record({
      do: fc.constant(name as Step['do']),
      who: fc.nat(2),
      what: fc.nat(1_000),
    }),
  })),
);

/** Every text and every reaction names the post that it belongs to: wherever one turns up, it is known whose it is. */
const MARK = /post(\d+)v\d+|:of-(\d+):/g;
const marks = (value: unknown): number[] =>
  [...JSON.stringify(value).matchAll(MARK)].map(([, text, emoji]) => Number(text ?? emoji));

class Run {
  readonly #world: World;
  readonly #owner: Person;
  readonly #people: readonly Person[];
  readonly #policy: 'all' | 'since-join';
  readonly #stays: Stay[][] = [[], [], []];
  readonly #posts: Post[] = [];
  #channelId = '' as ChannelId;
  #edits = 0;
  /** Marks that reached somebody, and those that were there and did not. */
  readonly seen = { shown: 0, hidden: 0 };

  constructor(world: World, people: readonly Person[], policy: 'all' | 'since-join') {
    [this.#owner, ...this.#people] = people as [Person, ...Person[]];
    this.#world = world;
    this.#policy = policy;
  }

  async go(steps: readonly Step[]): Promise<void> {
    const settings = { kind: 'private', historyPolicy: this.#policy } as const;
    const { id } = await this.#world.channel(this.#owner, [], settings);
    this.#channelId = id;
    for (const one of [...BEGINNING, ...steps]) await this.#take(one);
    for (const who of [0, 1, 2]) await this.#look(who);
    for (const who of [0, 1, 2]) await this.#frames(who);
  }

  #isIn(who: number): boolean {
    return this.#stays[who]?.at(-1)?.left === Infinity;
  }

  /** The model: what the person may read now, were they to ask. */
  #mayRead(who: number, seq: number): boolean {
    if (!this.#isIn(who)) return false;
    if (this.#policy === 'all') return true;
    return (this.#stays[who] ?? []).some(({ after, upTo }) => seq > after && seq <= upTo);
  }

  #person(who: number): Person {
    return this.#people[who] as Person;
  }

  async #take({ do: what, who, what: n }: Step): Promise<void> {
    const channelId = this.#channelId;
    const seq = this.#posts.length === 0 ? 0 : (n % this.#posts.length) + 1;
    const post = this.#posts[seq - 1];
    if (what === 'toggle') return this.#toggle(who);
    if (what === 'send') return this.#send(who, post, n);
    if (what === 'look') return this.#look(who);
    if (!post) return;
    const messageId = post.id;
    if (what === 'react') {
      const input = { channelId, messageId, emoji: `:of-${seq}:` };
      const byOwner = n % 2 === 0;
      const able = (byOwner || this.#mayRead(who, seq)) && !post.deleted;
      const person = byOwner ? this.#owner : this.#person(who);
      const reply = await person.call(n % 5 === 0 ? 'message.unreact' : 'message.react', input);
      assert.equal(reply.ok, able, `reaction to ${seq}`);
    } else if (what === 'pin') {
      if (post.deleted) return;
      const name = n % 3 === 0 ? 'message.unpin' : 'message.pin';
      await this.#owner.call(name, { channelId, messageId }).accepted();
    } else if (what === 'edit') {
      const author = post.author < 0 ? this.#owner : this.#person(post.author);
      if (post.deleted || (post.author >= 0 && !this.#mayRead(post.author, seq))) return;
      const mentions = this.#people.map(({ userId }) => userId);
      const body = `post${seq}v${(this.#edits += 1)}`;
      await author.call('message.edit', { channelId, messageId, body, mentions }).accepted();
    } else {
      const input = { channelId, messageId, reason: 'asked for' };
      await this.#owner.call('message.delete', input).accepted();
      post.deleted = true;
    }
  }

  async #toggle(who: number): Promise<void> {
    const channelId = this.#channelId;
    const { userId } = this.#person(who);
    const stays = this.#stays[who] as Stay[];
    const open = stays.at(-1);
    if (open?.left === Infinity) {
      const { rev } = await this.#owner.call('member.remove', { channelId, userId }).accepted();
      [open.left, open.upTo] = [rev, this.#posts.length];
      return;
    }
    const { rev } = await this.#owner.call('member.add', { channelId, userId }).accepted();
    stays.push({ after: this.#posts.length, joined: rev, upTo: Infinity, left: Infinity });
    await this.#person(who).call('channel.subscribe', { channelId }).accepted();
  }

  async #send(who: number, answered: Post | undefined, n: number): Promise<void> {
    const author = n % 2 === 0 || !this.#isIn(who) ? -1 : who;
    const person = author < 0 ? this.#owner : this.#person(author);
    const seq = this.#posts.length + 1;
    const at = answered ? this.#posts.indexOf(answered) + 1 : 0;
    const replies = n % 3 === 0 && answered;
    const reply = await person.call('message.send', {
      channelId: this.#channelId,
      clientId: this.#world.clientId(),
      body: `post${seq}v0`,
      mentions: this.#people.map(({ userId }) => userId),
      ...(replies && { replyTo: answered.id }),
    });
    const able = !replies || author < 0 || this.#mayRead(author, at);
    assert.equal(reply.ok, able, `${seq} in reply to ${at}`);
    if (reply.ok) this.#posts.push({ id: reply.data.id, author, deleted: false });
  }

  /** Asks for everything in every way that there is. */
  async #look(who: number): Promise<void> {
    const channelId = this.#channelId;
    const person = this.#person(who);
    const received: unknown[] = [];
    const take = async (call: PromiseLike<{ ok: boolean; data?: unknown }>) => {
      const reply = await call;
      if (reply.ok) received.push(reply.data);
      return reply.ok;
    };
    const isIn = this.#isIn(who);
    const history = await person.call('message.history', { channelId, limit: 200 });
    assert.equal(history.ok, isIn);
    if (history.ok) {
      received.push(history.data);
      const readable = this.#posts.flatMap((_, i) => (this.#mayRead(who, i + 1) ? [i + 1] : []));
      assert.deepEqual(
        history.data.messages.map(({ seq }) => seq),
        readable,
        'history is what may be read, all of it',
      );
    }
    const sync = { channels: [{ id: channelId, rev: 0, epoch: 1 }] };
    await take(person.call('channel.sync', sync));
    assert.equal(await take(person.call('channel.resume', { channelId, rev: 0, epoch: 1 })), isIn);
    assert.equal(await take(person.call('pin.list', { channelId })), isIn);
    const everywhere = await person.call('mention.list', { limit: 200 }).accepted();
    received.push(everywhere.messages.filter((message) => message.channelId === channelId));
    for (const [i, { id: messageId }] of this.#posts.entries()) {
      const input = { channelId, messageId };
      const able = this.#mayRead(who, i + 1);
      assert.equal(await take(person.call('message.read', input)), able, `link to ${i + 1}`);
      assert.equal(await take(person.call('thread.read', input)), able, `thread of ${i + 1}`);
      const emoji = `:of-${i + 1}:`;
      assert.equal(await take(person.call('reaction.list', { ...input, emoji })), able);
    }
    const after = { id: channelId, after: 0 };
    const counted = await person.call('mention.count', { channels: [after] }).accepted();
    const { messages } = await person.call('mention.list', { channelId, limit: 200 }).accepted();
    assert.equal(counted.channels[0]?.count, messages.length);
    this.#judge(marks(received), (seq) => this.#mayRead(who, seq), who);
    this.seen.hidden += this.#posts.filter((_, i) => !this.#mayRead(who, i + 1)).length;
  }

  /** What came by itself: during a stay only, and with words only where they may be read. */
  async #frames(who: number): Promise<void> {
    await this.#person(who).connection.settled();
    const stays = this.#stays[who] ?? [];
    const frames = this.#person(who)
      .connection.frames()
      .filter(({ channelId }) => channelId === this.#channelId);
    const events: ChannelEvent[] = frames.flatMap((frame) => frame.events);
    for (const event of events) {
      const stay = stays.find(({ joined, left }) => event.rev > joined && event.rev <= left);
      // Whoever subscribes is let in at the head, which may be that of their own joining.
      assert.ok(stay ?? stays.some(({ joined }) => joined === event.rev), `${event.rev} heard`);
      const readable = (seq: number) =>
        this.#policy === 'all' || stays.some(({ after, upTo }) => seq > after && seq <= upTo);
      this.#judge(marks(event), readable, who);
    }
  }

  #judge(found: readonly number[], may: (seq: number) => boolean, who: number): void {
    for (const seq of found) {
      assert.ok(may(seq), `person ${who} received what belongs to post ${seq}`);
      this.seen.shown += 1;
    }
  }
}

/** The stories, each in as many random worlds as `runs` says. */
export function readerStories(runs: number): void {
  let world: World;
  let people: readonly Person[];
  before(async () => {
    world = await World.create();
    people = await Promise.all(['Owner', 'Ann', 'Ben', 'Cho'].map((name) => world.person(name)));
  });
  after(() => world.end());

  for (const policy of ['since-join', 'all'] as const)
    it(`is within what the model lets them read, where history is ${policy}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
          const run = new Run(world, people, policy);
          await run.go(steps);
          const { shown, hidden } = run.seen;
          assert.ok(shown > 0 && hidden > 0, `a world that proves nothing: ${shown}, ${hidden}`);
        }),
        { numRuns: runs, endOnFailure: true },
      );
    });
}
