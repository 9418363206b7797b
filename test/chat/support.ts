/** What the stories of this domain share: the database as a witness, and channels that must look absent. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type {
  Channel,
  ChannelId,
  MessageId,
  RefusalCode,
  RefusalOnWire,
} from '../../src/contract/index.ts';
import type { OperationName } from '../support/connection.ts';
import type { Person } from '../support/person.ts';
import type { Result } from '../support/result.ts';
import type { World } from '../support/world.ts';

type Row = Record<string, unknown>;

/** Rows as the owner of the database sees them: the tests' login is not bound by row level security. */
export async function rows<R = Row>(
  world: World,
  text: string,
  ...values: unknown[]
): Promise<R[]> {
  return (await world.database.query(text, values)).rows as R[];
}

export async function row<R = Row>(world: World, text: string, ...values: unknown[]): Promise<R> {
  const [first, ...others] = await rows<R>(world, text, ...values);
  assert.ok(first && others.length === 0, `one row of ${text}`);
  return first;
}

/** Accepted calls of one operation on one resource, oldest first, each with its whole row as text. */
export function audited(world: World, action: OperationName, resourceId: string): Promise<Row[]> {
  return rows(
    world,
    `SELECT e.*, e::text AS whole FROM audit_event e
     WHERE workspace_id = $1 AND action = $2 AND resource_id = $3 AND outcome = 'ok' ORDER BY e.xmin::text::bigint`,
    world.workspaceId,
    action,
    resourceId,
  );
}

/** Nothing that a person is or wrote can be read in the row, neither as text nor in the bytes of a column. */
export function assertSealed(row: Row | undefined, ...secrets: readonly string[]): void {
  const whole = String(row?.['whole']);
  assert.ok(row?.['personal_sealed'] instanceof Buffer, 'personal fields are there, sealed');
  for (const secret of ['127.0.0.1', ...secrets])
    for (const form of [secret, Buffer.from(secret).toString('hex')])
      assert.ok(!whole.toLowerCase().includes(form.toLowerCase()), `${secret} is readable`);
}

const WITNESSES = {
  channel: '',
  membership: '',
  message: '',
  message_version: '',
  reaction: '',
  mention: '',
  revoked_token: '',
  audit_event: "AND outcome = 'ok'",
};

/** Runs what is refused, and demands that not one row of the log or of its trail is another than before. */
export async function changesNothing<T>(world: World, act: () => Promise<T>): Promise<T> {
  const before = await fingerprint(world);
  const result = await act();
  assert.deepEqual(await fingerprint(world), before);
  return result;
}

async function fingerprint(world: World): Promise<Row> {
  const columns = Object.entries(WITNESSES).map(
    ([table, where]) =>
      `(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM ${table} t
        WHERE workspace_id = $1 ${where}) AS ${table}`,
  );
  return row(world, `SELECT ${columns.join(', ')}`, world.workspaceId);
}

/** Channels that nobody of this workspace who is not their owner may tell from ones that do not exist. */
export async function hiddenChannels(
  world: World,
): Promise<Record<'absent' | 'ofOthers' | 'elsewhere', ChannelId>> {
  const [stranger, foreigner] = await Promise.all([
    world.person('Stranger'),
    world.anotherWorkspace().then((workspaceId) => world.person('Foreigner', { workspaceId })),
  ]);
  const ofOthers = await world.channel(stranger);
  const elsewhere = await world.channel(foreigner, [], { kind: 'public' });
  return { absent: randomUUID() as ChannelId, ofOthers: ofOthers.id, elsewhere: elsewhere.id };
}

interface NamedMessage {
  readonly channelId: ChannelId;
  readonly messageId: MessageId;
}

/** Names of messages that nobody may tell from ones that do not exist: `here` in part, with `other` of another channel. */
export async function hiddenMessages(
  world: World,
  here: NamedMessage,
  other: NamedMessage,
): Promise<NamedMessage[]> {
  const { channelId, messageId } = here;
  const { absent, ofOthers, elsewhere } = await hiddenChannels(world);
  return [
    { channelId, messageId: randomUUID() as MessageId },
    { channelId, messageId: other.messageId },
    ...[absent, ofOthers, elsewhere].map((hidden) => ({ channelId: hidden, messageId })),
  ];
}

/** Demands the same answer, but for its trace id, of all the calls; the refusal must not tell one from another. */
export async function allRefused(
  code: RefusalCode,
  calls: readonly Result<unknown>[],
): Promise<void> {
  assert.ok(calls.length > 0, 'there is something to refuse');
  const answers: Omit<RefusalOnWire, 'traceId'>[] = [];
  for (const call of calls) {
    const { traceId, ...rest } = await call.refused(code);
    assert.ok(traceId.length > 0);
    answers.push(rest);
  }
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
}

/** Sends each misshapen input in place of the good one; every one is refused and none changes anything. */
export async function misshapen(
  world: World,
  person: Person,
  operation: OperationName,
  good: object,
  bad: Record<string, object>,
): Promise<void> {
  const unknownKey = { ...good, unheard: true };
  const inputs = { nothing: {}, 'an unknown key': unknownKey, 'no object': 'text', ...bad };
  await changesNothing(world, async () => {
    for (const [what, change] of Object.entries(inputs)) {
      const input = typeof change === 'object' && what in bad ? { ...good, ...change } : change;
      const reply = await person.connection.raw(operation, input);
      assert.equal(reply.ok ? 'ok' : reply.error.code, 'invalid_input', what);
    }
  });
}

/** Text that no operation takes: each by what is wrong with it. */
export const UNACCEPTABLE_TEXT = {
  'an empty text': '',
  'a text of white space': ' \n\t\u00a0\u3000 ',
  'half a character': 'cut \ud83d',
  'a NUL': 'a\0b',
  'a number': 7,
  'no text': null,
} as const;

export async function archive(world: World, { id }: Pick<Channel, 'id'>): Promise<void> {
  await world.database.query('UPDATE channel SET archived_at = now() WHERE id = $1', [id]);
}

/** A channel with `members`, in which `sayings` were posted by the owner; nobody is subscribed. */
export async function quietChannel(
  world: World,
  owner: Person,
  members: readonly Person[] = [],
  {
    historyPolicy = 'all',
    kind = 'private',
    sayings = [],
  }: {
    historyPolicy?: 'all' | 'since-join';
    kind?: 'public' | 'private';
    sayings?: readonly string[];
  } = {},
): Promise<{ id: ChannelId; posts: { id: string; seq: number; rev: number }[] }> {
  const { id } = await owner
    .call('channel.create', { kind, name: 'A quiet channel', historyPolicy })
    .accepted();
  for (const { userId } of members)
    await owner.call('member.add', { channelId: id, userId }).accepted();
  return { id, posts: await saidInTurn(world, owner, id, sayings) };
}

/** Few enough for a busy machine, enough to share a commit. */
const AT_ONCE = 10;

/** Posts of one person in the order given; they do not wait for each answer, because the server keeps that order. */
export async function saidInTurn(
  world: World,
  person: Person,
  channelId: ChannelId,
  sayings: readonly string[],
) {
  const posts = [];
  for (let at = 0; at < sayings.length; at += AT_ONCE) {
    const some = sayings.slice(at, at + AT_ONCE);
    const sent = some.map((saying) => person.send(channelId, saying, world.clientId()).accepted());
    posts.push(...(await Promise.all(sent)));
  }
  return posts;
}

/** A private channel in which everybody has posted once, so that each has a key there. */
export async function spoken(world: World, people: readonly Person[]): Promise<ChannelId> {
  const [owner, ...members] = people;
  assert.ok(owner);
  const { id } = await quietChannel(world, owner, members);
  for (const person of people) await person.send(id, 'hello', world.clientId()).accepted();
  return id;
}

/** Demands places 1..n, but for those that were truncated, and that every revision up to the channel's is of exactly one
 * change; of changes of what the channel is, only the last one is known. */
export async function assertDense(world: World, channelId: ChannelId): Promise<void> {
  const channel = await row(world, 'SELECT * FROM channel WHERE id = $1', channelId);
  const places = await rows(
    world,
    'SELECT seq FROM message WHERE channel_id = $1 ORDER BY seq',
    channelId,
  );
  const revisions = await rows(
    world,
    `SELECT rev FROM message WHERE channel_id = $1
     UNION ALL SELECT joined_rev FROM membership WHERE channel_id = $1
     UNION ALL SELECT left_rev FROM membership WHERE channel_id = $1 AND left_rev IS NOT NULL
     UNION ALL SELECT settings_rev FROM channel WHERE id = $1 AND settings_rev > 0
     ORDER BY rev`,
    channelId,
  );
  const upTo = (n: unknown) => Array.from({ length: Number(n) }, (_, i) => i + 1);
  assert.deepEqual(
    places.map(({ seq }) => Number(seq)),
    upTo(channel['last_seq']).slice(Number(channel['purged_seq'])),
  );
  if (Number(channel['purged_seq']) > 0) return; // with the posts their revisions went
  assert.deepEqual(
    revisions.map(({ rev }) => Number(rev)),
    upTo(channel['last_rev']),
  );
}
