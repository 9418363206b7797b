/** The append, the standings of the database and a plain model agree on everybody in thousands of places, roles and all. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  CHANNEL_PERMISSIONS,
  mayInChannel,
  sees,
  standings,
  type Standing,
} from '../../src/access/index.ts';
import { appendMessages } from '../../src/chat/append-store.ts';
import { messageSend } from '../../src/chat/operations/index.ts';
import { readConfig } from '../../src/config.ts';
import {
  ChannelKind,
  HistoryPolicy,
  type ChannelId,
  type MessageId,
  type UserId,
} from '../../src/contract/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { World } from '../support/world.ts';
import { anyRole, anyWord, chance, model, modelSees } from './model.ts';

const PEOPLE = 48;
const CHANNELS = 50;
const ROLES = 30;

type Rule = ReturnType<typeof anyWord>;
type Role = ReturnType<typeof anyRole> & { readonly id: string; readonly in: Set<string> };
interface Somebody {
  readonly id: UserId;
  readonly workspaceRole: Standing['workspaceRole'];
  readonly roles: readonly Role[];
}
interface Place extends Pick<Standing, 'kind' | 'historyPolicy' | 'readOnly'> {
  readonly id: ChannelId;
  readonly members: Map<string, Standing['channelRole']>;
  readonly banned: Set<string>;
  readonly words: { readonly about: string; readonly rule: Rule }[];
}

describe('the append, the standings and the model', () => {
  let world: World;
  let postgres: Postgres;
  before(async () => {
    world = await World.create();
    postgres = new Postgres({ ...readConfig(process.env).database, connections: 2 });
  });
  after(async () => {
    await Promise.all([postgres.close(), world.end()]);
  });

  const pick = chance(3);
  const insert = (table: string, rows: readonly object[]) =>
    world.database.query(
      `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    );

  function imagined() {
    const places: Place[] = Array.from({ length: CHANNELS }, () => ({
      id: randomUUID() as ChannelId,
      kind: pick(ChannelKind.options),
      historyPolicy: pick(HistoryPolicy.options),
      readOnly: pick([true, false, false]),
      ...{ members: new Map(), banned: new Set(), words: [] },
    }));
    const roles: Role[] = Array.from({ length: ROLES }, () => {
      const role = anyRole(pick);
      const named =
        role.scope === 'channels' ? places.filter(() => pick([true, false, false])) : [];
      const permissions = [...new Set(role.permissions)];
      return { ...role, permissions, id: randomUUID(), in: new Set(named.map(({ id }) => id)) };
    });
    const people: Somebody[] = Array.from({ length: PEOPLE }, () => ({
      id: randomUUID() as UserId,
      workspaceRole: pick(['user', 'user', 'moderator', 'admin', 'auditor', 'guest']),
      roles:
        pick([0, 1]) === 0 ? [] : roles.filter(() => pick([true, ...Array<false>(7).fill(false)])),
    }));
    for (const { members, banned, words } of places)
      for (const { id } of people) {
        const role = pick([null, null, 'guest', 'member', 'moderator', 'owner'] as const);
        if (role) members.set(id, role);
        else if (pick([true, false, false])) banned.add(id);
        if (pick([true, ...Array<false>(9).fill(false)]))
          words.push({ about: id, rule: anyWord(pick) });
      }
    for (const { words } of places)
      for (const role of ['guest', 'member', 'moderator'])
        if (pick([true, false, false])) words.push({ about: role, rule: anyWord(pick) });
    return { places, roles, people };
  }

  async function made({ places, roles, people }: ReturnType<typeof imagined>): Promise<void> {
    const { workspaceId: workspace_id } = world;
    const at = world.clock.now();
    const [first] = people;
    const by = { created_by: first?.id, created_at: at };
    await insert(
      'account',
      people.map(({ id, workspaceRole: role, roles: held }) => ({
        ...{ workspace_id, id, role, status: 'active', created_at: at, profile_version: 1 },
        ...{ email_digest: `\\x${id.replaceAll('-', '')}`, email_digest_key: 'k1' },
        has_roles: held.length > 0,
      })),
    );
    const zero = { last_seq: 0, purged_rev: 0, purged_seq: 0, truncated_rev: 0, settings_rev: 0 };
    await insert(
      'channel',
      places.map(({ id, kind, historyPolicy, readOnly, words }) => ({
        ...{ workspace_id, id, kind, history_policy: historyPolicy, read_only: readOnly, ...by },
        ...{ ...zero, access_rev: 0, newest_joined_seq: 0, slow_mode_seconds: 0 },
        ...{
          name_sealed: '\\x00',
          name_key: 1,
          epoch: 1,
          key_epoch: 1,
          key_epoch_seq: 0,
          key_epoch_at: at,
        },
        ...{ last_rev: PEOPLE, has_overrides: words.length > 0 },
      })),
    );
    await insert(
      'membership',
      places.flatMap(({ id: channel_id, members }) =>
        [...members].map(([user_id, role], i) => ({
          ...{ workspace_id, channel_id, user_id, role, joined_at: at, read_seq: 0 },
          ...{ rev: i + 1, joined_rev: i + 1, joined_seq: 0 },
        })),
      ),
    );
    await insert(
      'moderation_act',
      places.flatMap(({ id: channel_id, banned }) =>
        [...banned].map((subject_id) => ({
          ...{ workspace_id, id: randomUUID(), channel_id, subject_id, kind: 'ban', at },
        })),
      ),
    );
    const said = new Map<string, object>();
    for (const { id: channel_id, words } of places)
      for (const { about, rule } of words) {
        const whom = about.includes('-') ? { user_id: about } : { role: about };
        const word = { workspace_id, channel_id, id: randomUUID(), ...whom, ...rule };
        said.set(`${channel_id} ${about} ${rule.permission}`, word);
      }
    await insert('channel_override', [...said.values()]);
    await insert(
      'custom_role',
      roles.map(({ id, scope, permissions }, i) => ({
        ...{ workspace_id, id, scope, permissions, name: `role-${i}`, ...by },
      })),
    );
    await insert(
      'custom_role_channel',
      roles.flatMap((role) =>
        [...role.in].map((channel_id) => ({ workspace_id, role_id: role.id, channel_id })),
      ),
    );
    await insert(
      'role_grant',
      people.flatMap(({ id: user_id, roles: held }) =>
        held.map(({ id: role_id }) => ({
          ...{ workspace_id, user_id, role_id, granted_by: user_id, granted_at: at },
        })),
      ),
    );
  }

  /** Who that is there, from what was imagined and not from the database. */
  function standingOf({ id, workspaceRole, roles }: Somebody, place: Place): Standing {
    const { members, banned, words, kind, historyPolicy, readOnly } = place;
    const channelRole = members.get(id) ?? null;
    return {
      ...{ workspaceRole, channelRole, kind, historyPolicy, readOnly, banned: banned.has(id) },
      overrides: words
        .filter(({ about }) => about === id || about === channelRole)
        .map(({ rule }) => rule),
      customRoles: roles.filter((role) => role.scope !== 'channels' || role.in.has(place.id)),
    };
  }

  it('agree on who posts, who sees and who may do what', async function () {
    this.timeout(240_000);
    const imaginary = imagined();
    await made(imaginary);
    const { places, people } = imaginary;
    const asked = places.flatMap((place) => people.map((who) => ({ who, place })));
    const pairs = asked.map(({ who, place }) => ({ userId: who.id, channelId: place.id }));
    const appends = pairs.map(({ userId: authorId, channelId }) => ({
      ...{ authorId, channelId, clientId: world.clientId(), id: randomUUID() as MessageId },
      ...{ bodySealed: randomBytes(40), keyEpoch: 1, replyTo: null },
    }));
    const { statements } = postgres;
    const { demand } = messageSend.access;
    const now = world.clock.now();
    const verdicts = await appendMessages(
      statements,
      world.workspaceId,
      appends,
      demand,
      now,
      true,
    );
    const found = await postgres.transaction(world.workspaceId, 'read', (tx) =>
      standings(tx).each(pairs),
    );
    const seen = new Map<string, number>();
    for (const [i, { who, place }] of asked.entries()) {
      const standing = standingOf(who, place);
      const [there, verdict] = [found[i], verdicts[i]?.verdict];
      assert.ok(there);
      const what = JSON.stringify({ standing, there });
      // No key was made for anybody: that is all that is missing where they may.
      const may = model(standing, 'message.send') ? 'stale_key' : 'forbidden';
      const expected = modelSees(standing) ? may : 'not_found';
      assert.equal(verdict, expected, what);
      assert.equal(sees(there), modelSees(standing), what);
      for (const permission of CHANNEL_PERMISSIONS)
        assert.equal(
          mayInChannel(there, permission),
          model(standing, permission),
          permission + what,
        );
      const key = `${verdict} ${who.roles.length > 0}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    assert.ok(asked.length >= 2_400);
    assert.equal(seen.size, 6);
    assert.ok(Math.min(...seen.values()) > 50, JSON.stringify([...seen]));
  });
});
