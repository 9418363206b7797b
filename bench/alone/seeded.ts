/** Seeds a channel of the bench in bulk, as those who have written there already. */
import { readConfig } from '../../src/config.ts';
import type { ChannelId, UserId, WorkspaceId } from '../../src/contract/index.ts';
import { sealingAs } from '../seed/authors.ts';
import { fill } from '../seed/fill.ts';
import { conclaveEnvironment } from '../servers.ts';
import type { Services } from '../services.ts';

export interface Seeding {
  readonly services: Services;
  readonly channelId: string;
  readonly authors: readonly string[];
  readonly count: number;
  readonly progress: (filled: number) => void;
  /** When they were posted; now if left out. */
  readonly now?: () => Date;
}

const FILLER =
  'and so it went on for as long as somebody had something to say about it, until it was late';

/** Resolves when the posts are stored; gives the seconds that it took. */
export async function seed(seeding: Seeding): Promise<number> {
  const { services, count, progress, now = () => new Date() } = seeding;
  const channelId = seeding.channelId as ChannelId;
  const [channel] = await services.query<{ workspaceId: WorkspaceId; keyEpoch: number }>(
    'SELECT workspace_id AS "workspaceId", key_epoch AS "keyEpoch" FROM channel WHERE id = $1',
    [channelId],
  );
  if (!channel) throw new Error('the channel to be seeded is not there');
  const config = readConfig(conclaveEnvironment(services, 0));
  const authors = seeding.authors as readonly UserId[];
  const began = performance.now();
  await fill({
    ...(await sealingAs({ config, ...channel, channelId, authors })),
    database: services.env['DATABASE_URL'] ?? '',
    count,
    body: (n) => `seeded ${n} ${FILLER}`,
    now,
    progress,
  });
  return (performance.now() - began) / 1_000;
}
