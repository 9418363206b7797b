/** Who consents is written to about mentions they do not read; nobody else is, and nobody any more from a withdrawal on. */
import assert from 'node:assert/strict';
import type { ChannelId } from '../../src/contract/index.ts';
import { Resident } from '../auth/residents.ts';
import { row, rows } from '../chat/support.ts';
import { connected, ownerUrl } from '../architecture/own-database.ts';
import { certificateFor, SmtpServer } from '../platform/mail/smtp-server.ts';
import { until } from '../privacy/exporting.ts';
import { HOUR, MINUTE } from '../support/hand-clock.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { gives, runs, withdraws } from './support.ts';

interface Reader {
  readonly person: Person;
  readonly email: string;
}

describe('mail about mentions', () => {
  const behaviour: { recipient?: string } = {};
  let server: SmtpServer;
  let world: World;
  let bob: Person;
  before(async () => {
    const owner = await connected(ownerUrl());
    await owner.query('DELETE FROM mail'); // what other stories left would be sent as well
    await owner.end();
    server = await SmtpServer.start(behaviour, await certificateFor('localhost'));
    const environment = {
      SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      MAIL_FROM: 'chat@example.org',
      ACCESS_TOKEN_SECONDS: '3600',
    };
    world = await World.create({ environment });
  });
  beforeEach(async () => {
    bob = await world.person('Bob');
  });
  afterEach(() => {
    delete behaviour.recipient;
  });
  after(async () => {
    await world.end();
    await server.end();
  });

  async function reader(): Promise<Reader> {
    const resident = await Resident.create(world, 'Ada');
    const person = await resident.arrives();
    await person.connect();
    return { person, email: resident.email };
  }
  const mention = ({ userId }: Person, channelId: ChannelId, by = bob) =>
    by
      .call('message.send', {
        ...{ channelId, clientId: world.clientId(), mentions: [userId] },
        body: 'canary: come and see',
      })
      .accepted();
  const waiting = () =>
    rows(
      world,
      `SELECT * FROM mail WHERE workspace_id = $1 AND kind = 'mentions'`,
      world.workspaceId,
    );
  const received = ({ email }: Reader) =>
    server.taken.filter(
      ({ to, text }) => to.some((line) => line.includes(email)) && text.includes('mentioned'),
    );
  const look = () => runs(world, 'consented.mention-mail');
  /** Everything that was asked for has left, or will not. */
  async function sent(): Promise<void> {
    await look();
    await until(async () => (await waiting()).length === 0);
  }
  /** Mentioned, not read for a quarter of an hour, and the mail about it is waiting for its server. */
  async function held(): Promise<{ ada: Reader; channelId: ChannelId; seq: number }> {
    const ada = await reader();
    bob = await world.person('Bob'); // whose token is new: the clock moves on
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    const { seq } = await mention(ada.person, channelId);
    world.clock.forward(16 * MINUTE);
    behaviour.recipient = '451 not now';
    await look();
    const tried = `SELECT FROM mail WHERE user_id = $1 AND kind = 'mentions' AND attempts > 0
      AND due_at > clock_timestamp() + interval '10 s' AND due_at < clock_timestamp() + interval '40 s'`;
    await until(async () => (await rows(world, tried, ada.person.userId)).length === 1);
    return { ada, channelId, seq };
  }
  /** The server takes mail again, and what waits is tried. */
  async function goesOn(): Promise<void> {
    delete behaviour.recipient;
    await rows(world, `UPDATE mail SET due_at = now() WHERE workspace_id = $1`, world.workspaceId);
    await until(async () => (await waiting()).length === 0);
  }

  it('comes to who consents, once it was not read for a quarter of an hour, and says no word of it', async () => {
    const ada = await reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    await mention(ada.person, channelId);
    await mention(ada.person, channelId);
    world.clock.forward(14 * MINUTE);
    await sent();
    assert.equal(received(ada).length, 0);
    world.clock.forward(2 * MINUTE);
    await sent();
    const [letter, ...more] = received(ada);
    assert.deepEqual(more, []);
    assert.match(letter?.text ?? '', /mentioned 2 times/);
    for (const secret of ['canary', 'Bob', bob.userId, channelId, 'A channel'])
      assert.ok(!letter?.text.includes(secret), secret);
  });

  it('comes to nobody who did not consent, nor for what was said before they did', async () => {
    const [ada, eve] = [await reader(), await reader()];
    const { id: channelId } = await world.channel(bob, [ada.person, eve.person]);
    await mention(ada.person, channelId);
    await mention(eve.person, channelId);
    world.clock.forward(MINUTE);
    await gives(eve.person, 'mention-mail');
    world.clock.forward(HOUR);
    await sent();
    assert.deepEqual([received(ada), received(eve)], [[], []]);
  });

  it('comes once an hour at most, of what is new since', async () => {
    const ada = await reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    const after = async (minutes: number) => {
      await mention(ada.person, channelId);
      world.clock.forward(minutes * MINUTE);
      await sent();
      return received(ada).length;
    };
    assert.equal(await after(16), 1);
    assert.equal(await after(30), 1);
    assert.equal(await after(31), 2);
    assert.match(received(ada)[1]?.text ?? '', /mentioned 2 times/);
    world.clock.forward(3 * HOUR);
    await sent();
    assert.equal(received(ada).length, 2, 'nothing is told twice');
  });

  it('comes for nothing that was read, was said by oneself, or was left, muted or taken away since', async () => {
    const ada = await reader();
    await gives(ada.person, 'mention-mail');
    const channel = async () => (await world.channel(bob, [ada.person])).id;
    const [read, left, muted, own, gone] = [
      ...[await channel(), await channel(), await channel()],
      ...[await channel(), await channel()],
    ] as const;
    const at = await mention(ada.person, read);
    await ada.person.call('receipt.mark', { channelId: read, seq: at.seq }).accepted();
    await mention(ada.person, left);
    await ada.person.call('member.leave', { channelId: left }).accepted();
    await mention(ada.person, muted);
    const mute = { channelId: muted, userId: ada.person.userId, reason: 'rude' };
    await bob.call('member.mute', mute).accepted();
    await mention(ada.person, own, ada.person);
    const { id: messageId } = await mention(ada.person, gone);
    await bob.call('message.delete', { channelId: gone, messageId }).accepted();
    world.clock.forward(16 * MINUTE);
    await sent();
    assert.deepEqual(received(ada), []);
    await mention(ada.person, read);
    world.clock.forward(16 * MINUTE);
    await sent();
    assert.match(received(ada)[0]?.text ?? '', /mentioned once/, 'and for that it does come');
  });

  it('that waits is called off by the withdrawal itself, and is not sent when its server is back', async () => {
    const { ada } = await held();
    await withdraws(ada.person, 'mention-mail');
    const left = await row(
      world,
      `SELECT (SELECT count(*) FROM mail WHERE user_id = $1 AND kind = 'mentions')::int AS mails,
        (SELECT count(*) FROM mention_watch WHERE user_id = $1)::int AS watches`,
      ada.person.userId,
    );
    assert.deepEqual(left, { mails: 0, watches: 0 });
    await goesOn();
    assert.deepEqual(received(ada), []);
  });

  it('that waits asks the ledger when it leaves: for whoever says no by then it is not sent', async () => {
    const { ada } = await held();
    // As if nothing had been called off.
    const text = `INSERT INTO consent SELECT workspace_id, user_id, 2, purpose, version, 'withdrawn', at, source
      FROM consent WHERE user_id = $1`;
    await rows(world, text, ada.person.userId);
    await goesOn();
    assert.deepEqual(received(ada), []);
  });

  it('that waits asks for rights and marks when it leaves, and is sent where they stand', async () => {
    const changes: readonly [string, (at: Awaited<ReturnType<typeof held>>) => Promise<unknown>][] =
      [
        [
          'read',
          ({ ada, channelId, seq }) =>
            ada.person.call('receipt.mark', { channelId, seq }).accepted(),
        ],
        [
          'removed',
          ({ ada, channelId }) =>
            bob.call('member.remove', { channelId, userId: ada.person.userId }).accepted(),
        ],
        [
          'another text by now',
          ({ ada }) =>
            rows(world, 'UPDATE consent SET version = 7 WHERE user_id = $1', ada.person.userId),
        ],
      ];
    for (const [what, change] of changes) {
      const at = await held();
      await change(at);
      await goesOn();
      assert.deepEqual(received(at.ada), [], what);
    }
    const { ada } = await held();
    await goesOn();
    assert.equal(received(ada).length, 1);
  });

  it('goes on after a clock that was ahead for a while', async () => {
    const ada = await reader();
    const { id: channelId } = await world.channel(bob, [ada.person]);
    world.clock.set(30 * MINUTE);
    await gives(ada.person, 'mention-mail');
    world.clock.set(-30 * MINUTE);
    await rows(
      world,
      `UPDATE mention_watch SET next_at = next_at + interval '1 year' WHERE user_id = $1`,
      ada.person.userId,
    );
    await sent();
    await mention(ada.person, channelId);
    world.clock.forward(16 * MINUTE);
    await sent();
    assert.equal(received(ada).length, 1);
  });
});
