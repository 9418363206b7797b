/** Nodes that go through what is too old, each transaction of which may be the last one, and old things to go through. */
import { randomUUID } from 'node:crypto';
import { readConfig } from '../../../src/config.ts';
import type { ChannelId, RetentionRunId } from '../../../src/contract/index.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import { row, rows } from '../../chat/support.ts';
import type { Person } from '../../support/person.ts';
import type { World } from '../../support/world.ts';
import { privacyNode, type Cut } from '../node.ts';

export class Ageing {
  readonly #world: World;
  readonly #config = readConfig(process.env);
  readonly postgres = new Postgres({ ...this.#config.database, connections: 3 });

  constructor(world: World) {
    this.#world = world;
  }

  /** A node of its own; `before` is waited for before its n-th transaction. */
  node({
    cut = null,
    before = () => Promise.resolve(),
    ahead = 0,
  }: {
    readonly cut?: Cut | null;
    readonly before?: (n: number) => Promise<unknown>;
    /** Milliseconds by which its clock is wrong. */
    readonly ahead?: number;
  } = {}) {
    const world = this.#world;
    const clock = {
      now: () => new Date(world.clock.now().getTime() + ahead),
      monotonic: () => 0,
    };
    // Of all workspaces, this one, on a page of its own: other stories have things of their own to lose.
    const asking: Postgres['statements']['run'] = (_name, _text, [after]) =>
      Promise.resolve((after === null ? [{ id: world.workspaceId }] : []) as never);
    const { privacy, transactions } = privacyNode(world, {
      ...{ config: this.#config, postgres: this.postgres, clock, cut, before, asking },
      waits: () => true,
    });
    return {
      run: (runId: RetentionRunId) => privacy.tasks['privacy.retain'](world.workspaceId, { runId }),
      schedule: privacy.daily['privacy.retention'],
      transactions,
    };
  }

  /** A run that nobody has begun yet, and that no queue knows of. */
  async asked(): Promise<RetentionRunId> {
    const id = randomUUID() as RetentionRunId;
    const text = `INSERT INTO retention_run (workspace_id, id, requested_at) VALUES ($1, $2, $3)`;
    const values = [this.#world.workspaceId, id, this.#world.clock.now()];
    await this.#world.database.query(text, values);
    return id;
  }

  async of(id: RetentionRunId) {
    return row(this.#world, 'SELECT * FROM retention_run WHERE id = $1', id);
  }

  /** What was posted there up to that place is that many days older. */
  async ages(channelId: ChannelId, days: number, upTo = 1_000_000): Promise<void> {
    const text = `UPDATE message SET at = at - make_interval(days => $2) WHERE channel_id = $1 AND seq <= $3`;
    await this.#world.database.query(text, [channelId, days, upTo]);
  }

  async seqs(channelId: ChannelId): Promise<readonly number[]> {
    const text = 'SELECT seq FROM message WHERE channel_id = $1 ORDER BY seq';
    return (await rows(this.#world, text, channelId)).map(({ seq }) => Number(seq));
  }
}

/** The texts that somebody reads there, from the oldest on; null where one is gone. */
export async function read(person: Person, channelId: ChannelId) {
  const { messages } = await person.call('message.history', { channelId }).accepted();
  return messages.map(({ body }) => body);
}

/** Resolves when the run is over, as who asked for it is told. */
export function ends(by: Person, runId: RetentionRunId) {
  return by.hears('retention.progress', (told) => told.runId === runId && told.state === 'done');
}
