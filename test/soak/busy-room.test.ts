/** A busy room for a minute on two nodes: nobody has to resume, nothing is missing, and everybody reads the same. */
import assert from 'node:assert/strict';
import type { Client } from 'conclave/client';
import { TwoProcesses, userIdOf } from '../support/two-processes.ts';
import { history } from '../client/support.ts';
import { Pace } from './support/pace.ts';
import { assertWhole, Reader, spread, waits } from './support/reader.ts';

const SECONDS = Number(process.env['CONCLAVE_SOAK_SECONDS'] ?? 60);
const PER_SECOND = 100;
/** Each of them sends 94 messages a minute, of the 120 that one may. */
const SENDERS = 64;
const READERS = 10;

describe(`soak: ${PER_SECOND} messages a second in one room on two nodes, ${SECONDS} s`, function () {
  this.timeout((SECONDS + 120) * 1_000);
  let nodes: TwoProcesses;
  before(async () => {
    nodes = await TwoProcesses.start();
  });
  after(() => nodes.end());

  it('reaches every reader on both nodes, in one order, without a gap or a resume', async () => {
    const [senders, clients] = await Promise.all([
      nodes.clients('Sender', SENDERS),
      nodes.clients('Reader', READERS),
    ]);
    const [owner, ...others] = [...senders, ...clients] as [Client, ...Client[]];
    const named = { kind: 'private', name: 'A busy room' } as const;
    const { id: channelId } = await owner.callOrThrow('channel.create', named);
    for (const other of others)
      await owner.callOrThrow('member.add', { channelId, userId: userIdOf(other) });
    const readers = await Reader.all(clients, channelId);
    const resumesOf = () => nodes.nodes.map((node) => node.calls('channel.resume'));
    const before = resumesOf();

    const pace = new Pace(channelId, senders, PER_SECOND);
    const posts = await pace.during(SECONDS * 1_000);
    await assertWhole(readers, posts);

    const resumes = resumesOf().map((count, i) => count - (before[i] ?? 0));
    const gaps = readers.reduce((sum, reader) => sum + reader.gaps, 0);
    const delivered = readers.reduce((sum, { arrived }) => sum + arrived.size, 0);
    const elsewhere = readers.flatMap((reader, i) =>
      waits(
        reader,
        posts.filter((_, sender) => sender % 2 !== i % 2),
      ),
    );
    const acks = posts.map(({ begun, acked }) => (acked?.at ?? Infinity) - begun);
    console.log(
      `      sent ${posts.length} on 2 nodes, acknowledged ${posts.length}, delivered ${delivered} to ${READERS} readers; ` +
        `resumes ${resumes.join('+')}, gaps ${gaps}`,
    );
    console.log(`      send on one node -> frame on the other: ${spread(elsewhere)}`);
    console.log(`      send -> acknowledgement: ${spread(acks)}`);
    assert.ok(posts.length >= SECONDS * PER_SECOND * 0.98, 'the pace was kept');
    assert.equal(delivered, posts.length * READERS, 'every frame came live');
    assert.deepEqual([resumes, gaps], [[0, 0], 0]);
    assert.deepEqual(pace.refusals, new Map());
    for (const { client, log } of readers.slice(0, 2))
      assert.deepEqual(await history(client, channelId), log.messages, 'and so it is stored');
    for (const node of nodes.nodes) assert.deepEqual(node.errors, []);
  });
});
