/** A history in which every promise was kept: small, whole, and with everything in it that a check looks at. */
import type {
  FinalView,
  History,
  MembershipEntry,
  Post,
  SendEntry,
  Stay,
  ViewEntry,
} from './history.ts';

const POSTS = 40;
const AUTHORS = ['ada', 'bob'];
const NODES = ['one', 'two'];

/** A copy that a test may damage. */
export type Damageable = { -readonly [K in keyof History]: History[K][number][] };

/**
 * Two channels of three people on two nodes. Ada and Bob post in turns; Cid is removed from `hall` after its twentieth
 * post and comes back after the thirtieth. Every tenth send is retried after an unknown outcome; Bob's connection
 * is lost once and resumes. Revisions 1 to 3 of a channel are its members' joining.
 */
export function soundHistory(): Damageable {
  const sends: SendEntry[] = [];
  const views: ViewEntry[] = [];
  const memberships: MembershipEntry[] = [];
  const log: Post[] = [];
  const stays: Stay[] = [];
  const finalViews: FinalView[] = [];
  for (const channel of ['hall', 'yard']) {
    const people = [...AUTHORS, 'cid'];
    const listening = new Map(people.map((user) => [user, 3]));
    const start = channel === 'hall' ? 0 : 5;
    for (const [i, user] of people.entries()) {
      stays.push({ channel, user, joinedRev: i + 1, leftRev: null });
      views.push({ is: 'placed', at: start, connection: `${user}-1`, user, channel, rev: 3 });
    }
    let rev = 3;
    const deliver = (at: number) => {
      for (const [user, prev] of listening) {
        const connection = `${user}-1`;
        const frame = { is: 'frame', connection, user, channel, epoch: 1 } as const;
        views.push({ ...frame, at, prev, last: rev, revs: [rev] });
        listening.set(user, rev);
      }
    };
    for (let seq = 1; seq <= POSTS; seq += 1) {
      const at = start + seq * 100;
      const author = AUTHORS[seq % 2] ?? '';
      const clientId = `${channel}-${seq}`;
      const invoke = { is: 'invoke', clientId, channel, author } as const;
      sends.push({ ...invoke, at, node: NODES[seq % 2] ?? '' });
      rev += 1;
      const duplicate = seq % 10 === 0;
      if (duplicate) {
        sends.push({ is: 'info', at: at + 20, clientId });
        sends.push({ ...invoke, at: at + 30, node: 'two' });
      }
      sends.push({ is: 'ok', at: at + 40, clientId, seq, rev, duplicate });
      log.push({ channel, seq, rev, clientId, author });
      deliver(at + 42);
      if (channel === 'hall' && (seq === 20 || seq === 30)) {
        rev += 1;
        const back = seq === 30;
        const own = stays.findIndex((stay) => stay.user === 'cid' && stay.channel === channel);
        const stay = stays[own];
        if (back) {
          stays.push({ channel, user: 'cid', joinedRev: rev, leftRev: null });
          listening.set('cid', rev - 1);
          const placed = { connection: 'cid-1', user: 'cid', channel, rev: rev - 1 };
          views.push({ is: 'placed', at: at + 49, ...placed });
        } else if (stay) stays[own] = { ...stay, leftRev: rev };
        memberships.push({
          is: back ? 'added' : 'removed',
          ...{ user: 'cid', channel, invokedAt: at + 45, ackedAt: at + 50 },
        });
        deliver(at + 52);
        if (!back) listening.delete('cid');
      }
      if (seq === 15) {
        const placed = { is: 'placed', connection: 'bob-1', user: 'bob', channel, rev } as const;
        views.push({ ...placed, at: at + 60 });
      }
    }
    sends.push({
      is: 'invoke',
      at: 5_000,
      clientId: `${channel}-no`,
      channel,
      author: 'cid',
      node: 'one',
    });
    sends.push({ is: 'fail', at: 5_010, clientId: `${channel}-no`, code: 'forbidden' });
    const seqs = log.filter((post) => post.channel === channel).map(({ seq }) => seq);
    for (const user of people)
      for (const node of NODES) finalViews.push({ user, node, channel, seqs });
  }
  const faults = [{ name: 'redis away', from: 1_000, to: 2_000 }];
  return { sends, views, memberships, faults, log, stays, finalViews };
}
