/** Judges a history by the promises P1-P6: every violation is named, and a run that proves nothing is not green. */
import type { History, Post, SendEntry, Stay, Violation } from './history.ts';

export interface CheckOptions {
  /** Milliseconds within which a removal must be felt, P6: 1,000, or 5,000 without Redis. */
  readonly revocationBoundMs: number;
}

/** Everything that is wrong with the history, in the order of the checks; empty when the promises were kept. */
export function violations(history: History, options: CheckOptions): readonly Violation[] {
  return [
    ...acknowledgedIsStored(history),
    ...storedOnce(history),
    ...storedWasAsked(history),
    ...viewsAreTheLog(history),
    ...placesAreDense(history),
    ...framesFollow(history),
    ...orderIsReal(history),
    ...framesAreForMembers(history),
    ...removalsAreFelt(history, options),
  ];
}

/** The fewest acknowledged sends from which anything is concluded; protocol.md, "Checker". */
export const FEWEST_ACKED = 1_000;

/** Why the run proves nothing, or null: too few sends, no fault, or no send while a fault lasted. */
export function invalid({ sends, faults }: History, fewest = FEWEST_ACKED): string | null {
  const acked = sends.filter(({ is }) => is === 'ok').length;
  if (acked < fewest) return `only ${acked} sends were acknowledged, not ${fewest}`;
  if (faults.length === 0) return 'no fault was injected';
  const during = sends.some(
    ({ is, at }) => is === 'invoke' && faults.some(({ from, to }) => from <= at && at <= to),
  );
  return during ? null : 'nothing was sent while a fault lasted';
}

const found = (check: Violation['check'], texts: readonly string[]): Violation[] =>
  texts.map((text) => ({ check, text }));

/** C1: what was acknowledged is in the log, where the acknowledgement said. */
function acknowledgedIsStored({ sends, log }: History): Violation[] {
  const stored = new Map(log.map((post) => [post.clientId, post]));
  return found(
    'C1',
    sends.flatMap((entry) => {
      if (entry.is !== 'ok') return [];
      const post = stored.get(entry.clientId);
      if (!post) return [`${entry.clientId} was acknowledged as ${entry.seq} and is not stored`];
      return post.seq === entry.seq
        ? []
        : [`${entry.clientId} was acknowledged as ${entry.seq} and is stored as ${post.seq}`];
    }),
  );
}

/** C2: nothing is stored twice, and no place is taken twice. */
function storedOnce({ log }: History): Violation[] {
  const twice = (what: string, keys: readonly string[]) => {
    const seen = new Set<string>();
    return keys.flatMap((key) => {
      if (seen.has(key)) return [`${what} ${key} is stored twice`];
      seen.add(key);
      return [];
    });
  };
  return found('C2', [
    ...twice(
      'clientId',
      log.map(({ channel, author, clientId }) => `${channel}/${author}/${clientId}`),
    ),
    ...twice(
      'place',
      log.map(({ channel, seq }) => `${channel}/${seq}`),
    ),
  ]);
}

/** C3: nothing is stored that nobody asked for, or that was refused for good. */
function storedWasAsked({ sends, log }: History): Violation[] {
  const asked = new Map<string, Extract<SendEntry, { is: 'invoke' }>>();
  const failed = new Set<string>();
  const answered = new Set<string>();
  for (const entry of sends) {
    if (entry.is === 'invoke') asked.set(entry.clientId, entry);
    if (entry.is === 'fail') failed.add(entry.clientId);
    if (entry.is === 'ok') answered.add(entry.clientId);
  }
  return found(
    'C3',
    log.flatMap(({ clientId, author, channel }) => {
      const invoke = asked.get(clientId);
      if (!invoke) return [`${clientId} is stored and nobody sent it`];
      if (invoke.author !== author || invoke.channel !== channel)
        return [`${clientId} is stored for another author or channel than sent it`];
      // A retry may be refused although an earlier try was stored; then that one was answered.
      if (failed.has(clientId) && !answered.has(clientId))
        return [`${clientId} was refused for good and is stored`];
      return [];
    }),
  );
}

/** C4: after everything healed, everybody reads on every node exactly what the log has for them. */
function viewsAreTheLog({ log, stays, finalViews }: History): Violation[] {
  return found(
    'C4',
    finalViews.flatMap(({ user, node, channel, seqs }) => {
      const mayRead = stays.some(
        (stay) => stay.channel === channel && stay.user === user && stay.leftRev === null,
      );
      const readable = mayRead ? postsOf(log, channel).map(({ seq }) => seq) : [];
      const at = readable.findIndex((seq, i) => seqs[i] !== seq);
      if (at < 0 && seqs.length === readable.length) return [];
      const place = at < 0 ? readable.length : at;
      const [shown, right] = [seqs[place] ?? 'nothing', readable[place] ?? 'nothing'];
      return [`${user} reads ${shown} on ${node} in ${channel}, where the log has ${right}`];
    }),
  );
}

/** C5: the places of a channel are 1 to n, tombstones included. */
function placesAreDense({ log }: History): Violation[] {
  return found(
    'C5',
    [...new Set(log.map(({ channel }) => channel))].flatMap((channel) => {
      const at = postsOf(log, channel).findIndex(({ seq }, i) => seq !== i + 1);
      return at < 0 ? [] : [`${channel} has no post at place ${at + 1}`];
    }),
  );
}

/** C6: on each connection revisions rise, and every frame begins where the client stands. */
function framesFollow({ views }: History): Violation[] {
  const positions = new Map<string, number>();
  return found(
    'C6',
    views.flatMap((entry) => {
      const key = `${entry.connection}/${entry.channel}`;
      if (entry.is === 'placed') {
        positions.set(key, entry.rev);
        return [];
      }
      const { prev, last, revs } = entry;
      const position = positions.get(key);
      positions.set(key, last);
      const texts: string[] = [];
      if (position === undefined) texts.push(`${key} got a frame before it stood anywhere`);
      else if (prev !== position) texts.push(`${key} stood at ${position} and got ${prev}-${last}`);
      if (last < prev || revs.some((rev, i) => rev <= (revs[i - 1] ?? prev) || rev > last))
        texts.push(`${key} got a frame ${prev}-${last} with revisions out of order`);
      return texts;
    }),
  );
}

/** C7: whatever was sent after an acknowledgement has a later place in that channel. */
function orderIsReal({ sends }: History): Violation[] {
  const channelOf = new Map<string, string>();
  const firstAsked = new Map<string, number>();
  const acks: { readonly at: number; readonly clientId: string; readonly seq: number }[] = [];
  for (const entry of sends) {
    if (entry.is === 'invoke') {
      channelOf.set(entry.clientId, entry.channel);
      const before = firstAsked.get(entry.clientId);
      if (before === undefined || entry.at < before) firstAsked.set(entry.clientId, entry.at);
    } else if (entry.is === 'ok') acks.push(entry);
  }
  const byAsked = [...acks].sort(
    (a, b) => (firstAsked.get(a.clientId) ?? 0) - (firstAsked.get(b.clientId) ?? 0),
  );
  const byAcked = [...acks].sort((a, b) => a.at - b.at);
  const highest = new Map<string, number>();
  let passed = 0;
  return found(
    'C7',
    byAsked.flatMap(({ clientId, seq }) => {
      const asked = firstAsked.get(clientId) ?? 0;
      for (let ack = byAcked[passed]; ack && ack.at < asked; ack = byAcked[passed]) {
        const channel = channelOf.get(ack.clientId) ?? '';
        highest.set(channel, Math.max(highest.get(channel) ?? 0, ack.seq));
        passed += 1;
      }
      const before = highest.get(channelOf.get(clientId) ?? '') ?? 0;
      return before < seq
        ? []
        : [`${clientId} was sent after place ${before} was acknowledged, and is at ${seq}`];
    }),
  );
}

/** C8: nobody is sent a change from outside their stays. */
function framesAreForMembers({ views, stays }: History): Violation[] {
  return found(
    'C8',
    views.flatMap((entry) => {
      if (entry.is !== 'frame') return [];
      const own = staysOf(stays, entry.channel, entry.user);
      return entry.revs
        .filter((rev) => !own.some((stay) => covers(stay, rev)))
        .map(
          (rev) => `${entry.user} was sent revision ${rev} of ${entry.channel}, not being in it`,
        );
    }),
  );
}

/** C9: who was removed hears nothing once the bound is over, until they are asked back in. */
function removalsAreFelt(
  { views, memberships }: History,
  { revocationBoundMs }: CheckOptions,
): Violation[] {
  return found(
    'C9',
    memberships.flatMap((removal) => {
      const { user, channel, ackedAt } = removal;
      if (removal.is !== 'removed') return [];
      const back = memberships
        .filter((other) => other.is === 'added' && other.user === user)
        .filter((other) => other.channel === channel && other.invokedAt >= removal.invokedAt)
        .reduce((first, { invokedAt }) => Math.min(first, invokedAt), Infinity);
      return views
        .filter((entry) => entry.is === 'frame' && entry.user === user)
        .filter((entry) => entry.channel === channel)
        .filter(({ at }) => at > ackedAt + revocationBoundMs && at < back)
        .map(
          ({ at }) => `${user} was sent ${channel} ${Math.round(at - ackedAt)} ms after removal`,
        );
    }),
  );
}

function postsOf(log: readonly Post[], channel: string): readonly Post[] {
  return log.filter((post) => post.channel === channel).sort((a, b) => a.seq - b.seq);
}

function staysOf(stays: readonly Stay[], channel: string, user: string): readonly Stay[] {
  return stays.filter((stay) => stay.channel === channel && stay.user === user);
}

/** The removal itself is still told to whom it removes. */
function covers({ joinedRev, leftRev }: Stay, rev: number): boolean {
  return rev >= joinedRev && (leftRev === null || rev <= leftRev);
}
