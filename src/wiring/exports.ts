/** Fits exports to the domains that give to them, to the keys that sign them and to the folder that keeps them. */
import { accessExports } from '../access/index.ts';
import type { Auth } from '../auth/index.ts';
import type { Config } from '../config.ts';
import { documentSigner, type Keyring } from '../crypto/index.ts';
import type { ExportContributor } from '../kernel/index.ts';
import { folderStorage } from '../platform/storage/index.ts';
import { later } from '../platform/system.ts';
import { consentExports, deadlineExports, erasureExports } from '../privacy/index.ts';
import { exportDomain, type ExportOptions } from '../privacy/export/index.ts';
import { workspaceSeal } from './privacy.ts';

interface Parts extends Pick<
  ExportOptions,
  'clock' | 'entropy' | 'vault' | 'digests' | 'transaction' | 'announce'
> {
  readonly config: Pick<Config, 'exportFolder'>;
  readonly root: Keyring;
}

interface Contributing {
  readonly exports: readonly ExportContributor[];
}

/** `domains`: in the order in which people read what they give; the first is that of accounts. */
export function exportsOf(
  { config, root, ...parts }: Parts,
  domains: readonly [Auth, ...Contributing[]],
) {
  const [auth] = domains;
  const { stepUp, sessionIsLive } = auth;
  return exportDomain({
    ...parts,
    later,
    signer: documentSigner(root),
    storage: config.exportFolder === null ? null : folderStorage(config.exportFolder),
    contributors: [
      ...domains.flatMap(({ exports }) => exports),
      ...[...accessExports(parts), ...consentExports(parts), ...erasureExports(parts)],
      ...deadlineExports({ ...parts, seal: workspaceSeal(parts.vault, parts.entropy) }),
    ],
    stepUp: {
      prove: stepUp.prove,
      stands: (tx, proved) => stepUp.stands(tx, proved as Parameters<typeof stepUp.stands>[1]),
    },
    sessionIsLive, // and no token of it: a link is long used when its download is still under way
  });
}
