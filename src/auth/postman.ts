/** Takes waiting mails to the post, every node its share: each is tried until it is taken, bounded in time and number. */
import { NotSent, type Post } from '../kernel/index.ts';
import type { Compose, MentionsToTell } from './letters.ts';
import type { MailKind, MailQueue, TakenMail } from './mail-store.ts';
import type { Within } from './store.ts';

/** What became of a mail; neither for whom it was nor what it said. */
export interface MailEvent {
  readonly kind: MailKind;
  readonly attempts: number;
  /** What went wrong, where something did. */
  readonly code?: string;
}

/** How mail leaves this server. */
export interface MailDesk {
  readonly post: Post;
  readonly queue: MailQueue;
  /** Where the server is reached, for the text of mails. */
  readonly server: string;
  /** Of mails about mentions, when they leave. */
  readonly mentionsToTell: MentionsToTell;
  /** Runs `task` after that many milliseconds; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly happened: (what: 'sent' | 'put off' | 'dropped', event: MailEvent) => void;
  /** The queue could not be read; it is asked again. */
  readonly failed: (error: unknown) => void;
}

export interface Postman {
  readonly start: () => Promise<void>;
  /** Takes up nothing more, and gives what is under way a moment. */
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 500;
/** Mails under way at a time. */
const BATCH = 5;
/** Longer than any attempt: nobody else takes up what is still under way here. */
const TAKEN_SECONDS = 120;
/** Half a minute, doubled each time, an hour at most: about half a day in all. */
const ATTEMPTS = 18;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;
/** The first of what failed here, not at the post: mostly a database that was too busy for a moment. */
const FIRST_OWN_PAUSE_SECONDS = 5;
const STOP_MS = 2_000;

export function postman(desk: MailDesk, compose: Compose, within: Within): Postman {
  const { post, queue, later, happened, failed } = desk;
  let stopped = false;
  let callOff = (): void => undefined;
  let running: Promise<void> = Promise.resolve();

  async function deliver(taken: TakenMail): Promise<void> {
    const { workspaceId, id, attempts, mail } = taken;
    const { kind } = mail;
    const remove = () => within(workspaceId, 'own', (rows) => rows.mails.remove(id));
    if (attempts > ATTEMPTS) {
      await remove(); // what fails for reasons of our own is not tried without end either
      happened('dropped', { kind, attempts });
      return;
    }
    try {
      const letter = await compose(taken);
      if (letter) await post.send(letter);
      await remove();
      if (letter) happened('sent', { kind, attempts });
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      const event = { kind, attempts, code: error.code };
      if (error.isFinal || attempts >= ATTEMPTS) {
        await remove();
        happened('dropped', event);
        return;
      }
      await putOff(taken, FIRST_PAUSE_SECONDS);
      happened('put off', event);
    }
  }

  function putOff({ workspaceId, id, attempts }: TakenMail, first: number): Promise<void> {
    const pause = Math.min(first * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);
    return within(workspaceId, 'own', (rows) => rows.mails.putOff(id, pause));
  }

  /** Never throws. What cannot even be put off is taken up again when its time has passed. */
  async function deliverOrPutOff(taken: TakenMail): Promise<void> {
    try {
      await deliver(taken);
    } catch (error) {
      failed(error);
      await putOff(taken, FIRST_OWN_PAUSE_SECONDS).catch(failed);
    }
  }

  async function round(): Promise<void> {
    try {
      for (let full = true; full && !stopped;) {
        const taken = await queue.takeUp(BATCH, TAKEN_SECONDS);
        await Promise.all(taken.map(deliverOrPutOff));
        full = taken.length === BATCH;
      }
    } catch (error) {
      failed(error);
    }
  }

  function lookLater(): void {
    if (stopped) return;
    callOff = later(LOOK_EVERY_MS, () => {
      running = round().then(lookLater);
    });
  }

  return {
    start() {
      lookLater();
      return Promise.resolve();
    },
    async stop() {
      stopped = true;
      callOff();
      await Promise.race([running, new Promise<void>((resolve) => later(STOP_MS, resolve))]);
    },
  };
}
