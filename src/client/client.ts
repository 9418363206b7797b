/** Fits the parts together: a session, a link that stays up, calls on it, an outbox and the open logs. */
import type { Broadcasts } from '../contract/broadcasts.ts';
import type { ChannelId, UserId } from '../contract/ids.ts';
import type { ChannelLog, Client, Me, State, Unlisten } from './api.ts';
import { Calls } from './calls.ts';
import { Log } from './channel-log.ts';
import { OwnDeletions } from './deletions.ts';
import { Http } from './http.ts';
import { KnownDevice } from './known-device.ts';
import { Link } from './link.ts';
import { tellLogs } from './log-events.ts';
import { LogSync } from './log-sync.ts';
import { OutboxBox } from './outbox.ts';
import { OutboxStore } from './outbox-store.ts';
import { People } from './presence.ts';
import { Marks } from './read-marks.ts';
import { oneWindow, rethrow, systemFetch, systemLater, systemNow } from './platform.ts';
import { memoryStorage, type ClientOptions } from './ports.ts';
import { Session } from './session.ts';
import { Timers } from './timers.ts';
import { Typists } from './typing.ts';
import {
  RefusedError,
  type CallOutcome,
  type InputOf,
  type OperationName,
  type Outcome,
  type OutputOf,
  type RefusalOf,
} from './types.ts';
import { Listeners, Value } from './watched.ts';

/** Newest messages kept per channel. */
const KEEP_MESSAGES = 500;

/** Makes a client; it does nothing before `connect` or `signIn`. */
export function createClient(options: ClientOptions): Client {
  return new TheClient(options);
}

type Here<N extends OperationName> = Omit<InputOf<N>, 'workspace'>;

class TheClient implements Client {
  readonly me: Value<Me | null>;
  readonly outbox: OutboxBox;
  readonly readMarks: Marks;
  readonly typing: Typists;
  readonly presence: People;
  readonly deletions: OwnDeletions;
  readonly #options: ClientOptions;
  readonly #failed: (error: unknown) => void;
  readonly #timers: Timers;
  readonly #session: Session;
  readonly #device: KnownDevice;
  readonly #link: Link;
  readonly #calls: Calls;
  readonly #sync: LogSync;
  readonly #logs = new Map<ChannelId, Log>();
  /** Who was signed in last, also after the server ended the session: whose logs and drafts these are. */
  #user: UserId | null = null;
  readonly #listeners = new Map<string, Listeners<unknown>>();

  constructor(options: ClientOptions) {
    const { url, now = systemNow, later = systemLater, failed = rethrow } = options;
    this.#options = options;
    this.#failed = failed;
    const timers = (this.#timers = new Timers(later));
    const http = new Http({ url, timers, fetch: options.fetch ?? systemFetch });
    this.#device = new KnownDevice({ storage: options.device ?? memoryStorage(), failed });
    const { delivery = 'body' } = options;
    const session = new Session({
      delivery,
      storage: options.tokens ?? memoryStorage(),
      alone: options.alone ?? (delivery === 'cookie' ? oneWindow(url) : (work) => work()),
      http,
      timers,
      now,
      failed,
      renewed: () => this.#link.renewed(),
      ended: (refusal) => this.#link.stop({ is: 'signed-out', because: refusal }),
    });
    this.#session = session;
    const heard = (event: string, payload: unknown) => this.#heard(event, payload);
    this.#link = new Link({ url, session, timers, now, heard, failed });
    const answered = (name: OperationName, data: unknown) => this.readMarks.answered(name, data);
    this.#calls = new Calls({ http, link: this.#link, session, answered });
    const parts = { calls: this.#calls, timers, online: () => this.#online, failed };
    this.readMarks = new Marks(parts);
    this.typing = new Typists(parts);
    this.presence = new People(parts);
    this.deletions = new OwnDeletions(parts);
    this.#sync = new LogSync({ calls: this.#calls, timers, failed });
    this.me = new Value<Me | null>(null, failed);
    this.outbox = new OutboxBox({
      store: new OutboxStore(options.storage ?? memoryStorage()),
      calls: this.#calls,
      timers,
      now,
      serverNow: () => session.serverNow(),
      online: () => this.#link.state.value.is === 'online',
      failed,
    });
    this.#link.state.watch((state) => this.#became(state));
  }

  get state(): Value<State> {
    return this.#link.state;
  }

  register(application: Here<'account.register'>): Promise<CallOutcome<'account.register'>> {
    return this.call('account.register', { ...this.#workspace, ...application });
  }

  requestPasswordReset(request: Here<'password.request-reset'>) {
    return this.call('password.request-reset', { ...this.#workspace, ...request });
  }

  async signIn(credentials: Here<'session.open'>): Promise<Outcome<Me, RefusalOf<'session.open'>>> {
    const shown = await this.#device.shown();
    const claim = { ...this.#workspace, ...shown, ...credentials, ...this.#delivery };
    const outcome = await this.#session.inTurn(() => this.#open(claim));
    if (outcome.ok) await this.#enter(outcome.data);
    return outcome;
  }

  async signOut({ keepDrafts = false }: { readonly keepDrafts?: boolean } = {}) {
    this.#link.stop({ is: 'offline', because: null });
    this.#endLogs();
    const ended = this.#session.end(() => this.#calls.overHttp('session.close', {}));
    if (!keepDrafts) await this.outbox.clear();
    const outcome = await ended;
    this.#user = null;
    this.#link.stop({ is: 'signed-out', because: null });
    return outcome as CallOutcome<'session.close'>;
  }

  async connect(): Promise<State> {
    await this.#session.load();
    const { me } = this.#session;
    if (me) await this.#enter(me);
    else this.#link.stop({ is: 'signed-out', because: null });
    return this.state.value;
  }

  close(): void {
    this.#session.pause();
    this.#link.stop({ is: 'offline', because: null });
    this.#timers.clear();
  }

  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<CallOutcome<N>> {
    return this.#calls.call(name, input);
  }

  async callOrThrow<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const outcome = await this.call(name, input);
    if (!outcome.ok) throw new RefusedError(name, outcome.refusal);
    return outcome.data;
  }

  listen<E extends keyof Broadcasts>(
    event: E,
    listener: (payload: Broadcasts[E]) => void,
  ): Unlisten {
    const listeners = this.#listeners.get(event) ?? new Listeners<unknown>(this.#failed);
    this.#listeners.set(event, listeners);
    return listeners.add((payload) => listener(payload as Broadcasts[E]));
  }

  channel(id: ChannelId): ChannelLog {
    const channelId = id.toLowerCase() as ChannelId; // as the server spells it in frames
    const open = this.#logs.get(channelId);
    if (open) return open;
    const log: Log = new Log({
      id: channelId,
      calls: this.#calls,
      sync: this.#sync,
      timers: this.#timers,
      outbox: this.outbox,
      keep: this.#options.keepMessages ?? KEEP_MESSAGES,
      me: () => this.#user,
      failed: this.#failed,
      closed: () => {
        if (this.#logs.get(channelId) === log) this.#logs.delete(channelId);
      },
    });
    this.#logs.set(channelId, log);
    if (this.#online) void log.catchUp();
    return log;
  }

  get #workspace() {
    const { workspace } = this.#options;
    return workspace === undefined ? {} : { workspace };
  }

  get #delivery(): { readonly delivery?: 'cookie' } {
    return this.#options.delivery === 'cookie' ? { delivery: 'cookie' } : {};
  }

  get #online(): boolean {
    return this.#link.state.value.is === 'online';
  }

  /** Up to where it is kept: a refresh of another window that is answered later must not bring its own cookie back. */
  async #open(claim: InputOf<'session.open'>): Promise<Outcome<Me, RefusalOf<'session.open'>>> {
    const outcome = await this.call('session.open', claim);
    if (!outcome.ok) return outcome;
    const { deviceToken, ...grant } = outcome.data;
    this.#link.stop({ is: 'offline', because: null });
    await this.#device.keep(deviceToken); // first: once there is a session, everything is kept
    return { ok: true, data: await this.#session.open(grant) };
  }

  async #enter(me: Me): Promise<void> {
    if (this.#user !== me.userId) {
      this.#endLogs();
      for (const one of [this.readMarks, this.typing, this.presence, this.deletions]) one.clear();
    }
    this.#user = me.userId;
    if (this.me.value?.sessionId !== me.sessionId) this.me.set(me);
    await this.outbox.begin(me.userId);
    this.#link.start();
  }

  #became(state: State): void {
    if (state.is === 'online') {
      for (const log of this.#logs.values()) void log.catchUp();
      this.outbox.pump();
      this.readMarks.pump();
      for (const one of [this.presence, this.deletions]) one.back();
      return;
    }
    for (const log of this.#logs.values()) log.lost();
    this.typing.clear();
    this.presence.lost();
    if (state.is === 'signed-out' && this.me.value) this.me.set(null);
  }

  #heard(event: string, payload: unknown): void {
    tellLogs(this.#logs, event, payload);
    for (const one of [this.readMarks, this.typing, this.presence, this.deletions])
      one.heard(event, payload);
    this.#listeners.get(event)?.tell(payload);
  }

  #endLogs(): void {
    for (const log of [...this.#logs.values()]) log.end({ code: 'signed_out' });
  }
}
