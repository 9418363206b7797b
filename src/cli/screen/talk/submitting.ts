/** Enter: what was written is sent or carried out; whatever is not accepted stays where it was, with the reason. */
import type { CallOutcome, InputOf } from '../../../client/index.ts';
import { BODY_CHARACTERS } from '../../../contract/index.ts';
import type { Command, Listed, Outcome, Talk } from '../commands/declare.ts';
import { typedAs } from '../commands/typed.ts';
import { mentionsIn } from '../model/mentions.ts';
import { composerOf, sentOff, takenBack, whereOf, type Where } from '../model/state.ts';
import { refusalSentence, whyNot } from '../model/words.ts';
import type { Chat } from './chat.ts';
import { actedIn, chosenReport, openQueue } from './looking-through.ts';

/** People in a list of members at most, and in one page of it. */
const LISTED = 2_000;
const PAGE = 200;

export class Submitting {
  readonly #chat: Chat;
  /** The command that is under way: one at a time. */
  #running: Command | null = null;
  /** What the last command asked to be confirmed, and what this one asks: only the very next one confirms it. */
  #asked: string | null = null;
  #asks: string | null = null;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  async submit(): Promise<void> {
    const chat = this.#chat;
    const typed = typedAs(composerOf(chat.state).text);
    switch (typed.is) {
      case 'nothing':
        return;
      case 'unknown':
        chat.say('alert', typed.why);
        return;
      case 'message':
        if (chat.state.queue) chat.say('alert', 'Messages are written in channels: Esc goes back.');
        else await this.#send(typed.body);
        return;
      case 'command':
        return this.#run(typed.command, typed.rest);
    }
  }

  /** Carries a command out that was not typed: what is being written stays as it is. */
  async perform(command: Command, rest: string): Promise<void> {
    const chat = this.#chat;
    const answer = await command.run(this.talk(), rest);
    if (!answer.ok) chat.say('alert', answer.why);
    else if (answer.said !== undefined) chat.say('good', answer.said);
  }

  /** What commands see of the chat, as it is now. */
  talk(): Talk {
    const chat = this.#chat;
    const { client, me, rooms, reports } = chat;
    const room = actedIn(chat);
    const log = room ? rooms.logOf(room.id) : null;
    return {
      client,
      me,
      room,
      mine: rooms.mine,
      others: rooms.others,
      people: [...(log?.members.keys() ?? [])].map((userId) => ({
        userId,
        name: room ? chat.nameIn(userId, room.id) : '',
      })),
      nameOf: (userId) => (room ? chat.nameIn(userId, room.id) : chat.names.known(userId)),
      queue: {
        called: (number) => reports.called(number),
        chosen: chosenReport(chat),
        open: () => openQueue(chat),
        changed: (report) => reports.changed(report),
      },
      deleting: chat.deleting,
      now: chat.now,
      confirmed: (question) => {
        this.#asks = question;
        return this.#asked === question;
      },
      members: () => this.#members(),
      enter: (id) => chat.enter(id),
      expectEnd: (id, isExpected) => rooms.expectEnd(id, isExpected),
      show: (sheet) => chat.update((state) => ({ ...state, sheet })),
      end(how) {
        if (how === 'quit') chat.end({ reason: 'quit' });
        else void chat.signOut();
      },
    };
  }

  /** Somebody is about to be mentioned: asks for names that are not known yet, so that they are when the text is sent. */
  expectMentions(): void {
    this.talk();
  }

  async #send(body: string): Promise<void> {
    const chat = this.#chat;
    const { room } = chat;
    if (!room?.isJoined) {
      chat.say('alert', 'You are in no channel that this could go to. /join or /create one.');
      return;
    }
    if (body.length > BODY_CHARACTERS) {
      const over = body.length - BODY_CHARACTERS;
      const characters = over === 1 ? 'character' : 'characters';
      chat.say('alert', `Too long by ${over} ${characters}: ${BODY_CHARACTERS} is the most.`);
      return;
    }
    const written = composerOf(chat.state).text;
    const last = chat.rooms.logOf(room.id)?.messages.at(-1)?.seq ?? 0;
    chat.update((state) => ({ ...sentOff(state), place: 'end', unreadAfter: null }));
    const mentions = mentionsIn(body, this.talk().people);
    const entry = await chat.sending.send(room.id, body, last, { mentions });
    if (entry.state.is === 'failed' && !chat.sending.holds(entry))
      this.#refused(room.id, written, whyNot(entry.state.refusal));
  }

  async #run(command: Command, rest: string): Promise<void> {
    const chat = this.#chat;
    if (this.#running) {
      chat.say('notice', `One moment: /${this.#running.name} is under way.`);
      return;
    }
    const where = whereOf(chat.state);
    const written = composerOf(chat.state).text;
    this.#running = command;
    chat.update((state) => ({ ...sentOff(state), sheet: null }));
    try {
      const answer = await command.run(this.talk(), rest);
      if (!answer.ok) this.#refused(where, written, answer.why);
      else if (answer.said !== undefined) chat.say('good', answer.said);
    } finally {
      this.#running = null;
      this.#asked = this.#asked === this.#asks ? null : this.#asks;
      this.#asks = null;
    }
  }

  #refused(where: Where, written: string, why: string): void {
    const chat = this.#chat;
    chat.update((state) => takenBack(state, where, written));
    chat.say('alert', why);
  }

  async #members(): Promise<Outcome<readonly Listed[]>> {
    const { client, names } = this.#chat;
    const room = actedIn(this.#chat);
    const all: Listed[] = [];
    let after: Listed['userId'] | null = null;
    while (room && all.length < LISTED) {
      const from: InputOf<'member.list'> = {
        channelId: room.id,
        limit: PAGE,
        ...(after && { after }),
      };
      const page: CallOutcome<'member.list'> = await client.call('member.list', from);
      if (!page.ok) return { ok: false, why: refusalSentence(page.refusal) };
      all.push(...page.data.members);
      after = page.data.next;
      if (after === null) break;
    }
    names.learn(all);
    return { ok: true, value: all };
  }
}
