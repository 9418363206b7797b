/** Mail about mentions in a workspace with a mail server of its own, which takes mail when the story says so. */
import type { ChannelId } from '../../src/contract/index.ts';
import { connected, ownerUrl } from '../architecture/own-database.ts';
import { Resident } from '../auth/residents.ts';
import { rows } from '../chat/support.ts';
import { certificateFor, SmtpServer } from '../platform/mail/smtp-server.ts';
import { until } from '../privacy/exporting.ts';
import { MINUTE } from '../support/hand-clock.ts';
import type { Person } from '../support/person.ts';
import { World } from '../support/world.ts';
import { gives, runs } from './support.ts';

export interface Reader {
  readonly person: Person;
  readonly email: string;
}

export class MailScene {
  readonly world: World;
  readonly #server: SmtpServer;
  readonly #behaviour: { recipient?: string };

  private constructor(world: World, server: SmtpServer, behaviour: { recipient?: string }) {
    this.world = world;
    this.#server = server;
    this.#behaviour = behaviour;
  }

  static async create(): Promise<MailScene> {
    const owner = await connected(ownerUrl());
    await owner.query('DELETE FROM mail'); // what other stories left would be sent as well
    await owner.end();
    const behaviour = {};
    const server = await SmtpServer.start(behaviour, await certificateFor('localhost'));
    const world = await World.create({
      environment: {
        SMTP_URL: `smtp://127.0.0.1:${server.port}`,
        MAIL_FROM: 'chat@example.org',
        ACCESS_TOKEN_SECONDS: '3600',
      },
    });
    return new MailScene(world, server, behaviour);
  }

  async end(): Promise<void> {
    await this.world.end();
    await this.#server.end();
  }

  /** With an address that is confirmed, unless told. */
  async reader(confirmed = true): Promise<Reader> {
    const resident = await Resident.create(this.world, 'Ada');
    const person = await resident.arrives();
    await person.connect();
    const confirms = 'UPDATE account SET email_verified_at = now() WHERE id = $1';
    if (confirmed) await rows(this.world, confirms, person.userId);
    return { person, email: resident.email };
  }

  mention({ userId }: Person, channelId: ChannelId, by: Person) {
    const clientId = this.world.clientId();
    const body = 'canary: come and see';
    return by.call('message.send', { channelId, clientId, body, mentions: [userId] }).accepted();
  }

  received({ email }: Reader) {
    return this.#server.taken.filter(
      ({ to, text }) => to.some((line) => line.includes(email)) && text.includes('mentioned'),
    );
  }

  /** Everything that is to be asked for by now has left, or will not. */
  async sent(): Promise<void> {
    await runs(this.world, 'consented.mention-mail');
    await until(() => this.#isEmpty());
  }

  /** Mentioned, not read for a quarter of an hour, and the mail about it waits for its server. */
  async held() {
    const { world } = this;
    const [ada, bob] = [await this.reader(), await world.person('Bob')];
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await gives(ada.person, 'mention-mail');
    const { seq } = await this.mention(ada.person, channelId, bob);
    world.clock.forward(16 * MINUTE);
    this.#behaviour.recipient = '451 not now';
    await runs(world, 'consented.mention-mail');
    const tried = `SELECT FROM mail WHERE user_id = $1 AND kind = 'mentions' AND attempts > 0
      AND due_at > clock_timestamp() + interval '10 s' AND due_at < clock_timestamp() + interval '40 s'`;
    await until(async () => (await rows(world, tried, ada.person.userId)).length === 1);
    return { ada, bob, channelId, seq };
  }

  /** The server takes mail again, and what waits is tried. */
  async goesOn(): Promise<void> {
    delete this.#behaviour.recipient;
    const { workspaceId } = this.world;
    await rows(this.world, 'UPDATE mail SET due_at = now() WHERE workspace_id = $1', workspaceId);
    await until(() => this.#isEmpty());
  }

  async #isEmpty(): Promise<boolean> {
    const text = `SELECT FROM mail WHERE workspace_id = $1 AND kind = 'mentions'`;
    return (await rows(this.world, text, this.world.workspaceId)).length === 0;
  }
}
