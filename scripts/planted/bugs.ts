/** The bugs that are planted: each a change of one file, and the test that must catch it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationChecksums } from '../migrations.ts';

/** Where the append is as it runs: a bug in a definition that a later migration replaces would be none. */
const APPEND = newestThat(/\bFUNCTION append_messages\(\s*_/);
const SPINE = 'prisma/migrations/20261121080000_spine/migration.sql';

export interface Bug {
  readonly name: string;
  /** File, what is there once, and what is put in its place; where it is not found, the bug must be written anew. */
  readonly edits: readonly (readonly [file: string, from: string, to: string])[];
  /** Files for mocha, one of which must fail. */
  readonly tests: readonly string[];
}

export const BUGS: readonly Bug[] = [
  {
    name: 'ack before commit: a send is answered, and committed 300 ms later',
    edits: [
      [
        'src/platform/postgres/statements.ts',
        '    during(async (client) => (await client.query<Row>({ name, text, values: [...values] })).rows);',
        `    during(async (client) => {
      const query = { name, text, values: [...values] };
      if (name !== 'append_messages') return (await client.query<Row>(query)).rows;
      await client.query('BEGIN');
      const { rows } = await client.query<Row>(query);
      PLANTED.add(client);
      const commit = () =>
        void client.query('COMMIT').then(
          () => client.release(),
          () => client.release(true),
        );
      setTimeout(commit, 300);
      return rows;
    });`,
      ],
      [
        'src/platform/postgres/statements.ts',
        '    client.release(lost);',
        '    if (!PLANTED.delete(client)) client.release(lost);',
      ],
      [
        'src/platform/postgres/statements.ts',
        'const SNAPSHOT =',
        'const PLANTED = new Set<pg.PoolClient>();\n\nconst SNAPSHOT =',
      ],
    ],
    tests: ['test/chat/operations/message.send.test.ts'],
  },
  {
    name: 'seq from a sequence',
    edits: [
      [
        APPEND,
        'SELECT _workspace, f.channel, f.last_seq + f.place, f.id,',
        "SELECT _workspace, f.channel, nextval('planted_seq'), f.id,",
      ],
      [
        APPEND,
        'CREATE OR REPLACE FUNCTION append_messages(',
        'CREATE SEQUENCE planted_seq; GRANT USAGE ON SEQUENCE planted_seq TO conclave_app;\nCREATE OR REPLACE FUNCTION append_messages(',
      ],
    ],
    tests: ['test/chat/append.test.ts'],
  },
  {
    name: 'seq from a counter that is not locked',
    edits: [
      [APPEND, 'ORDER BY c.id FOR NO KEY UPDATE) l;', 'ORDER BY c.id) l;'],
      [APPEND, 'ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED) l;', 'ORDER BY c.id) l;'],
    ],
    tests: ['test/chat/append.test.ts'],
  },
  {
    name: 'neither unique index nor look-up of duplicates',
    edits: [
      [
        SPINE,
        'CREATE UNIQUE INDEX "message_channel_id_author_id_client_id_key"',
        'CREATE INDEX "message_channel_id_author_id_client_id_key"',
      ],
      [
        APPEND,
        'm.author_id = n.author AND m.client_id = n.client)',
        'm.author_id = n.author AND m.client_id = n.client AND false)',
      ],
    ],
    tests: ['test/chat/operations/message.send.again.test.ts'],
  },
  {
    name: 'a duplicate inside a batch is stored',
    edits: [
      [APPEND, 'WHERE n.first_i = n.i AND NOT EXISTS', 'WHERE NOT EXISTS'],
      [
        SPINE,
        'CREATE UNIQUE INDEX "message_channel_id_author_id_client_id_key"',
        'CREATE INDEX "message_channel_id_author_id_client_id_key"',
      ],
    ],
    tests: ['test/chat/append.test.ts'],
  },
  {
    name: 'a follower emits before the hole is filled',
    edits: [
      [
        'src/chat/held-notices.ts',
        '    return { last, events };',
        `    for (const [prev, next] of [...this.#notices].sort(([a], [b]) => a - b)) {
      if (prev <= last) continue;
      events.push(...next);
      last = next.at(-1)?.rev ?? last;
    }
    return { last, events };`,
      ],
    ],
    tests: ['test/chat/follower.test.ts'],
  },
  {
    name: 'membership is cached for a minute',
    edits: [
      [
        'src/access/store.ts',
        '      const [standing] = (await inChannels(userId, [channelId])).values();',
        `      const kept = PLANTED.get(userId + channelId);
      if (kept && kept.until > Date.now()) return kept.standing;
      const [standing = null] = (await inChannels(userId, [channelId])).values();
      PLANTED.set(userId + channelId, { until: Date.now() + 60_000, standing });`,
      ],
      [
        'src/access/store.ts',
        'export function standings(tx: Tx): Standings {',
        `const PLANTED = new Map<string, { until: number; standing: Standing | null }>();

export function standings(tx: Tx): Standings {`,
      ],
    ],
    tests: ['test/chat/operations/member.remove.test.ts'],
  },
  {
    name: 'a stale data key is accepted',
    edits: [[APPEND, 'WHEN k.epoch IS NULL OR k.epoch <> c.key_epoch THEN', 'WHEN false THEN']],
    tests: ['test/chat/append.test.ts'],
  },
  {
    name: 'limits open when Redis fails',
    edits: [
      [
        'src/limits/limiter.ts',
        '    return counts === null ? alone(asks, local) : pair(asks, counts);',
        '    const open = asks.map(() => ({ allowed: true, remaining: 1, resetMs: 0 }));\n    return pair(asks, counts ?? open);',
      ],
    ],
    tests: ['test/limits/store-failure.test.ts'],
  },
  {
    name: 'sessions are believed when they cannot be looked up',
    edits: [
      [
        'src/auth/liveness.ts',
        'let live = held && isFresh(held) ? held : await look(session);',
        `const forever = { believedUntil: Infinity, expiresAt: Infinity };
    const open = { ...session, ...forever, role: 'user' as const, revokedTokens: [] };
    let live = held && isFresh(held) ? held : ((await look(session).catch(() => open)) ?? open);`,
      ],
    ],
    tests: ['test/auth/session.close.test.ts'],
  },
  {
    name: 'the lease is ignored',
    edits: [
      ['src/access/control-feed.ts', '    return this.#age() <= LEASE_MS;', '    return true;'],
    ],
    tests: ['test/nodes/lease.test.ts'],
  },
  {
    name: 'associated data is dropped from what is sealed',
    edits: [
      [
        'src/crypto/envelope.ts',
        '  const parts = place.map(String);',
        '  const parts = place.slice(0, 0).map(String);',
      ],
    ],
    tests: ['test/crypto/tampering.test.ts'],
  },
  {
    name: 'a change is not recorded in its transaction',
    edits: [
      [
        'src/wiring/stages.ts',
        'record: (facts) => audit.accepted(tx, operation.name, caller, traceId, facts),',
        'record: (facts) => {\n            void transaction(caller.workspaceId, operation.commit, (own) =>\n              audit.accepted(own, operation.name, caller, traceId, facts),\n            ).catch(() => undefined);\n            return Promise.resolve();\n          },',
      ],
    ],
    tests: ['test/audit/together.test.ts'],
  },
  {
    name: 'a refresh token may be used again',
    edits: [
      ['src/auth/rotation.ts', '    if (token.usedAt) {', '    if (token.usedAt && at < at) {'],
    ],
    tests: ['test/auth/refresh-token.test.ts'],
  },
  {
    name: 'row level security is off',
    edits: [
      [
        'prisma/migrations/20261121080100_isolation/migration.sql',
        "    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);\n    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);",
        '',
      ],
    ],
    tests: ['test/architecture/isolation.test.ts'],
  },
];

/** The last migration whose text has it, as a path from the root. */
function newestThat(has: RegExp): string {
  const found = [...migrationChecksums().keys()]
    .map((name) => `prisma/migrations/${name}/migration.sql`)
    .findLast((path) =>
      has.test(readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8')),
    );
  if (found === undefined) throw new Error(`no migration has ${String(has)}`);
  return found;
}
