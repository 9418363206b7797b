/** The keys of authors who have written in a channel, unwrapped by the same vault that the server has. */
import type { ChannelId, UserId, WorkspaceId } from '../../src/contract/index.ts';
import { Content } from '../../src/chat/index.ts';
import type { Config } from '../../src/config.ts';
import { envelope, keyring, keyRows, Vault } from '../../src/crypto/index.ts';
import { Postgres } from '../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../src/platform/system.ts';
import type { Author, Sealing } from './posts.ts';

export interface Wrote {
  readonly config: Config;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly keyEpoch: number;
  readonly authors: readonly UserId[];
}

/** What is needed to seal as they would. Throws where one of them has not written there: then there is no key. */
export async function sealingAs(
  wrote: Wrote,
): Promise<Pick<Sealing, 'workspaceId' | 'channelId' | 'keyEpoch' | 'authors' | 'content'>> {
  const { config, workspaceId, channelId, keyEpoch } = wrote;
  const entropy = systemEntropy(systemClock);
  const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
  const postgres = new Postgres(config.database);
  try {
    const authors = await postgres.transaction(workspaceId, 'read', async (tx) => {
      const keys = keyRows(tx, workspaceId);
      const found: Author[] = [];
      for (const userId of wrote.authors) {
        const key = await vault.dataKey(keys, channelId, userId, keyEpoch);
        if (!key) throw new Error('an author without a key has not written in the channel');
        found.push({ userId, key });
      }
      return found;
    });
    const content = new Content(vault, envelope(entropy), () => undefined);
    return { workspaceId, channelId, keyEpoch, authors, content };
  } finally {
    await postgres.close();
  }
}
