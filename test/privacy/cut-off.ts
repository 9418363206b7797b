/** Nodes that die in the middle of an erasure, and what must come of it all the same. */
import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import type { ErasureId } from '../../src/contract/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock } from '../../src/platform/system.ts';
import type { World } from '../support/world.ts';
import { row, rows } from '../chat/support.ts';
import { privacyNode, type Cut } from './node.ts';
import { author, writes, type Author } from './support.ts';

/** No piece of an erasure takes as long. */
const PAUSES_MS = 10 * 60_000;
const DAYS = 8 * 24 * 60 * 60_000;

export interface Scene {
  readonly ada: Author;
  readonly erasureId: ErasureId;
}

export class Nodes {
  readonly #world: World;
  readonly #config = readConfig(process.env);
  readonly postgres = new Postgres({ ...this.#config.database, connections: 2 });

  constructor(world: World) {
    this.#world = world;
  }

  /** A node of its own, a week later. */
  one(
    cut: Cut | null = null,
    ledgerFile = this.#config.erasure.ledgerFile,
    headFile: string | null = null,
  ) {
    const world = this.#world;
    const { postgres } = this;
    const config = { ...this.#config, erasure: { ...this.#config.erasure, ledgerFile, headFile } };
    const clock: Clock = {
      now: () => new Date(world.clock.now().getTime() + DAYS),
      monotonic: () => systemClock.monotonic(),
    };
    // Of what the database knows of ledgers, this workspace's: other stories write to another file.
    const asking: Postgres['statements']['run'] = async (...asked) =>
      (await postgres.statements.run(...asked)).filter(
        (one) => (one as Record<string, unknown>)['workspace_id'] === world.workspaceId,
      ) as never;
    const { privacy, transactions } = privacyNode(world, {
      ...{ config, postgres, clock, cut, asking },
      // Pauses are as long as a piece took, on whatever machine; what is looked at each hour is not.
      waits: (milliseconds) => milliseconds < PAUSES_MS,
    });
    const run = (erasureId: ErasureId) =>
      privacy.tasks['privacy.erase'](world.workspaceId, { erasureId });
    return { run, gate: privacy.gate, transactions };
  }

  /** Somebody who wrote and reacted, and asked to be erased in a week. */
  async scene(): Promise<Scene> {
    const world = this.#world;
    const [ada, bob] = [await author(world), await world.person('Bob')];
    const { id: channelId } = await world.channel(bob, [ada.person]);
    await writes(world, ada.person, channelId, ['canary 1', 'canary 2']);
    const [post] = await writes(world, bob, channelId, ['of Bob']);
    assert.ok(post);
    const like = { channelId, messageId: post.id, emoji: '👍' };
    await ada.person.call('message.react', like).accepted();
    const { password } = ada.resident;
    const { erasureId } = await ada.person.call('erasure.request', { password }).accepted();
    return { ada, erasureId };
  }

  /** Everything that must be the same however often it was cut off. */
  async outcome({ ada, erasureId }: Scene): Promise<Readonly<Record<string, unknown>>> {
    const world = this.#world;
    const id = ada.person.userId;
    const erasure = await row(world, 'SELECT * FROM erasure WHERE id = $1', erasureId);
    const [left] = await rows(
      world,
      `SELECT (SELECT count(*) FROM subject_key WHERE subject_id = $1)::int AS subject_keys,
        (SELECT count(*) FROM data_key WHERE author_id = $1)::int AS data_keys,
        (SELECT count(*) FROM message WHERE author_id = $1 AND deleted_at IS NULL)::int AS texts,
        (SELECT count(DISTINCT rev) FROM message WHERE author_id = $1)::int AS revisions,
        (SELECT count(*) FROM reaction WHERE user_id = $1)::int AS reactions,
        (SELECT count(*) FROM membership WHERE user_id = $1 AND left_rev IS NULL)::int AS memberships,
        (SELECT count(*) FROM session WHERE user_id = $1 AND ended_at IS NULL)::int AS sessions,
        (SELECT status FROM account WHERE id = $1) AS status,
        (SELECT count(*) FROM audit_event WHERE action = 'erasure.run' AND resource_id = $2)::int AS recorded`,
      id,
      erasureId,
    );
    return { state: erasure['state'], counts: erasure['counts'], ...left };
  }
}
