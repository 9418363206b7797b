/** Two people talk by the command alone: every command once, in words and as JSON. */
import assert from 'node:assert/strict';
import { saidInTurn } from '../chat/support.ts';
import { signedUp } from './signed-up.ts';
import { done, failure, parsed, rows, type Somebody } from './support.ts';

describe('the conclave command', () => {
  const at = signedUp({ Ada: 'user', Bob: 'user' });
  let ada: Somebody;
  let bob: Somebody;
  before(() => {
    ({ Ada: ada, Bob: bob } = at.who);
  });
  const as = (who: Somebody, ...words: string[]) =>
    at.home.here([...words, '--profile', who.name.toLowerCase()]);

  it('says who is signed in, each in a profile of their own', async () => {
    assert.match(
      await done(as(ada, 'whoami')),
      /^Ada <ada-.*@example\.org>, user in A workspace at /,
    );
    const [row] = await rows(as(bob, 'whoami', '--json'));
    assert.equal(row?.['email'], bob.email);
    assert.equal(row['displayName'], 'Bob');
    assert.equal(row['server'], at.world.url);
    assert.equal(row['profile'], 'bob');
  });

  it('makes channels, lists them and finds them by the beginning of their names', async () => {
    assert.equal(await done(as(ada, 'create', 'Garden')), 'Made the public channel Garden.\n');
    const [made] = await rows(
      as(ada, 'create', 'Gate keepers', '--private', '--since-join', '--json'),
    );
    assert.equal(made?.['kind'], 'private');
    assert.equal(made['historyPolicy'], 'since-join');
    assert.equal(await done(as(bob, 'channels')), 'Garden (public, not joined)\n');
    assert.equal(await done(as(bob, 'join', '#gar')), 'You are in Garden as member.\n');
    const listed = await rows(as(ada, 'channels', '--json'));
    assert.deepEqual(
      listed.map(({ name, unread }) => [name, unread]),
      [
        ['Garden', 0],
        ['Gate keepers', 0],
      ],
    );
    const ambiguous = await failure(as(ada, 'join', 'GA', '--json'));
    assert.equal(ambiguous['code'], 'ambiguous_channel');
    assert.match(String(ambiguous['message']), /Garden \(.{36}\), Gate keepers \(.{36}\)/);
    const unseen = await failure(as(bob, 'join', 'Gate', '--json'));
    assert.deepEqual([unseen['code'], unseen['ending']], ['not_found', 1]);
    const byId = await failure(as(bob, 'join', String(made['id']), '--json'));
    assert.deepEqual([byId['code'], byId['ending']], ['not_found', 1]);
  });

  it('sends, from its words or from standard input, and prints what was said', async () => {
    assert.equal(await done(as(ada, 'send', 'Garden', 'Hello', 'Bob')), 'Sent: #1 of Garden.\n');
    const piped = at.home.here(['send', 'garden', '--json', '--profile', 'bob'], {
      input: 'two\nlines\n',
    });
    const [sent] = await rows(piped);
    assert.equal(sent?.['seq'], 2);
    const said = await done(as(bob, 'history', 'Garden'));
    assert.match(said, /^#1 \d{4}-\d\d-\d\d \d\d:\d\d Ada: Hello Bob\n#2 .* Bob: two ⏎ lines\n$/);
    const messages = await rows(as(ada, 'history', 'Garden', '--before', '2', '--json'));
    assert.deepEqual(
      messages.map(({ seq, body, author }) => [seq, body, author]),
      [[1, 'Hello Bob', 'Ada']],
    );
    const [newest] = await rows(as(ada, 'history', 'Garden', '--limit', '1', '--json'));
    assert.equal(newest?.['body'], 'two\nlines');
  });

  it('knows what is new: nothing after reading, nothing of one’s own', async () => {
    const unread = async (who: Somebody) =>
      (await rows(as(who, 'channels', '--json')))[0]?.['unread'];
    assert.deepEqual([await unread(ada), await unread(bob)], [1, 0]);
    await done(as(ada, 'send', 'Garden', 'more'));
    assert.deepEqual([await unread(ada), await unread(bob)], [2, 1]);
    assert.match(await done(as(bob, 'channels')), /Garden \(public, member\) 1 new/);
    await rows(as(bob, 'history', 'Garden', '--json'));
    assert.equal(await unread(bob), 1, 'what a program read is still new');
    await done(as(bob, 'history', 'Garden'));
    await done(as(bob, 'send', 'Garden', 'and more'));
    assert.equal(await unread(bob), 0);
  });

  it('invites by e-mail, lists members, and leaves', async () => {
    const invited = await done(as(ada, 'invite', 'Gate', bob.email, '--role', 'moderator'));
    assert.equal(invited, 'Bob is in Gate keepers as moderator.\n');
    const again = await done(as(ada, 'invite', 'Gate', bob.email));
    assert.equal(again, 'Bob was in Gate keepers already, and stays moderator.\n');
    const members = await rows(as(bob, 'members', 'Gate', '--json'));
    assert.deepEqual(members.map(({ displayName, role }) => [displayName, role]).sort(), [
      ['Ada', 'owner'],
      ['Bob', 'moderator'],
    ]);
    assert.match(await done(as(bob, 'members', 'Gate')), /^Ada \(owner, since \d{4}-/m);
    assert.equal(await done(as(bob, 'leave', 'Gate')), 'You left Gate keepers.\n');
    const nobody = await failure(as(ada, 'invite', 'Gate', 'nobody@example.org', '--json'));
    assert.deepEqual([nobody['code'], nobody['ending']], ['not_found', 1]);
    assert.equal(nobody['message'], 'Nobody here has that e-mail address.');
    const last = await failure(as(ada, 'leave', 'Gate', '--json'));
    assert.deepEqual([last['code'], last['retry'], last['ending']], ['last_owner', 'never', 1]);
    assert.equal(typeof last['traceId'], 'string');
  });

  it('deletes with a reason, and not what is another’s', async () => {
    const foreign = await failure(as(bob, 'delete', 'Garden', '1', '--reason', 'x', '--json'));
    assert.equal(foreign['code'], 'forbidden');
    const none = await failure(as(ada, 'delete', 'Garden', '99', '--reason', 'x', '--json'));
    assert.equal(none['code'], 'not_found');
    assert.equal((await failure(as(ada, 'delete', 'Garden', '1', '--json')))['code'], 'usage');
    const deleted = await done(as(ada, 'delete', 'Garden', '2', '--reason', 'a test'));
    assert.equal(deleted, 'Deleted #2 of Garden.\n');
    assert.match(await done(as(bob, 'history', 'Garden')), /^#2 .* Bob: \(deleted\)$/m);
  });

  it('prints what others wrote as text alone, and escapes it in JSON', async () => {
    const evil = '\x1b]0;pwned\x07\u202etxt\u200b\x9b2J';
    await done(as(bob, 'send', 'Garden', `boo${evil}`));
    const words = await done(as(ada, 'history', 'Garden', '--limit', '1'));
    assert.match(words, / Bob: boo␛\]0;pwned␇txt�2J\n$/);
    const json = await done(as(ada, 'history', 'Garden', '--limit', '1', '--json'));
    assert.match(json, /^[\x20-\x7e]*\n$/);
    assert.equal(parsed(json)['body'], `boo${evil}`);
  });

  it('reads a long history a page after the other', async () => {
    const [channel] = await rows(as(ada, 'create', 'Long', '--json'));
    const owner = await at.world.person('Carol', { role: 'admin' });
    const channelId = channel?.['id'] as Parameters<typeof owner.send>[0];
    await owner.call('member.join', { channelId }).accepted();
    const sayings = Array.from({ length: 210 }, (_, place) => `message ${place + 1}`);
    await saidInTurn(at.world, owner, channelId, sayings);
    const all = await rows(as(ada, 'history', 'Long', '--limit', '1000', '--json'));
    assert.deepEqual(
      all.map(({ seq }) => seq),
      Array.from({ length: 210 }, (_, place) => place + 1),
    );
    const some = await rows(as(ada, 'history', 'Long', '--limit', '205', '--json'));
    assert.deepEqual([some.length, some[0]?.['seq'], some.at(-1)?.['seq']], [205, 6, 210]);
  });
});
