/** What readers are shown of a message's reactions, moved on by what was just added or taken back. */
import { REACTION_USERS, type Reaction, type UserId } from '../contract/index.ts';

export interface Reacted {
  readonly emoji: string;
  readonly userId: UserId;
}

/**
 * With these, which were not there before: counting them from all rows again would cost the more the more there are.
 * Kinds and people stand in the order in which they came, those that came together in that of their names.
 */
export function withAdded(
  shown: readonly Reaction[] | null,
  added: readonly Reacted[],
): readonly Reaction[] {
  const kinds = new Map((shown ?? []).map((kind) => [kind.emoji, kind]));
  for (const { emoji, userId } of [...added].sort(byName)) {
    const { count, users } = kinds.get(emoji) ?? { count: 0, users: [] };
    const named = users.length < REACTION_USERS ? [...users, userId] : users;
    kinds.set(emoji, { emoji, count: count + 1, users: named });
  }
  return [...kinds.values()];
}

/**
 * Without these, which were there: null where none is left. Undefined where somebody went who is named: who is to be
 * named instead only the rows know.
 */
export function withRemoved(
  shown: readonly Reaction[] | null,
  removed: readonly Reacted[],
): readonly Reaction[] | null | undefined {
  const kinds = new Map((shown ?? []).map((kind) => [kind.emoji, kind]));
  for (const { emoji, userId } of removed) {
    const kind = kinds.get(emoji);
    if (!kind || kind.users.includes(userId)) return undefined;
    kinds.set(emoji, { ...kind, count: kind.count - 1 });
  }
  const left = [...kinds.values()].filter(({ count }) => count > 0);
  return left.length > 0 ? left : null;
}

/** As Postgres orders them in the "C" collation: bytes of UTF-8. */
function byName(a: Reacted, b: Reacted): number {
  if (a.emoji !== b.emoji) return Buffer.compare(Buffer.from(a.emoji), Buffer.from(b.emoji));
  return a.userId < b.userId ? -1 : 1;
}
