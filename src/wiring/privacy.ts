/** Fits erasure to the domains: what each of them takes away, and what it takes of keys, accounts and the trail. */
import { accessErasure } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import { authErasure, authRetention, heldPeople, mailRows, type Auth } from '../auth/index.ts';
import { chatErasure, chatRetention, keyRetention } from '../chat/index.ts';
import { consentedErasure, usageRetention, type ConsentedDomain } from '../consented/index.ts';
import type { Config } from '../config.ts';
import {
  documentSigner,
  envelope,
  everyWorkspace,
  keyErasure,
  keyRows,
  open,
  unlessBroken,
  type Digests,
  type Keyring,
  type Vault,
} from '../crypto/index.ts';
import type { Caller, Clock, Entropy } from '../kernel/index.ts';
import { moderationErasure, Pace } from '../moderation/index.ts';
import type { Logger } from '../platform/log.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { exportErasure } from '../privacy/export/index.ts';
import {
  dueErasures,
  dueHeldTexts,
  headFile,
  heldTextErasure,
  knownHeads,
  ledgerFile,
  privacyDomain,
  type Announced,
  type LedgerSeal,
  type PrivacyOptions,
  type WorkspaceSeal,
} from '../privacy/index.ts';

/** Everything that an erasure does, in the order of each phase. */
export const erasureSteps = [
  ...[...authErasure.filter(({ phase }) => phase === 'keys'), keyErasure()],
  ...[...accessErasure, ...chatErasure, ...moderationErasure],
  ...[...consentedErasure, ...exportErasure, ...heldTextErasure],
  ...authErasure.filter(({ phase }) => phase !== 'keys'),
];

/** Everything that is kept for a time, in the order in which it goes. */
export const retentionContributors = [chatRetention, keyRetention, authRetention, usageRetention];

export interface PrivacyWiring {
  readonly config: Pick<Config, 'erasure' | 'mail'>;
  readonly root: Keyring;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly vault: Vault;
  readonly digests: Digests;
  readonly postgres: Pick<Postgres, 'transaction' | 'statements'>;
  readonly stepUp: Auth['stepUp'];
  readonly consented: Pick<ConsentedDomain, 'processings'>;
  readonly audit: Pick<Audit, 'job'>;
  readonly announce: (effect: Announced) => void;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  readonly log: Logger;
}

export function privacyOf(wiring: PrivacyWiring) {
  const { config, root, clock, entropy, vault, postgres, audit, log } = wiring;
  const { graceMs, keyCopiesMs, ledgerFile: path, headFile: headPath } = config.erasure;
  const signer = documentSigner(root);
  const sealOf = (kind: 'erasure-ledger' | 'erasure-head'): LedgerSeal => ({
    sign: (document) => signer.sign(kind, document),
    verify: (document) => signer.verify(kind, document),
  });
  const recordJob: PrivacyOptions<unknown>['recordJob'] = (tx, workspaceId, action, facts) => {
    const origin = {
      transport: 'command',
      address: '',
      userAgent: null,
      connectionId: null,
    } as const;
    const caller: Caller = { kind: 'anonymous', workspaceId, origin };
    const entry = { action, type: 'operation', outcome: 'ok', traceId: entropy.id() } as const;
    return audit.job(tx, { ...entry, caller, facts });
  };
  return privacyDomain({
    ...{ clock, entropy, vault, graceMs, keyCopiesMs, recordJob, steps: erasureSteps },
    processings: wiring.consented.processings,
    transaction: postgres.transaction.bind(postgres),
    stepUp: wiring.stepUp,
    digests: wiring.digests,
    holdPeople: heldPeople,
    workspaceSeal: workspaceSeal(vault, entropy),
    ledgerFile: ledgerFile(path),
    ledgerSeal: sealOf('erasure-ledger'),
    receiptSeal: { sign: (document) => signer.sign('erasure-receipt', document) },
    publicKeys: signer.published,
    headFile: headPath === null ? null : headFile(headPath, sealOf('erasure-head')),
    knownHeads: knownHeads(postgres.statements),
    dueErasures: dueErasures(postgres.statements),
    dueHeldTexts: dueHeldTexts(postgres.statements),
    writeTo: (tx, workspaceId, userId, kind) =>
      config.mail ? mailRows(tx, workspaceId).add({ kind, userId }) : Promise.resolve(),
    retention: {
      contributors: retentionContributors,
      everyWorkspace: () => everyWorkspace(postgres.statements),
      sign: (report) => signer.sign('retention-report', report),
      pace: (least, most) => new Pace(least, most),
    },
    announce: wiring.announce,
    later: wiring.later,
    notice: (what, detail) => log.warn(what, detail),
  });
}

export function workspaceSeal(vault: Vault, entropy: Entropy): WorkspaceSeal {
  const sealing = envelope(entropy);
  return {
    async seal(tx, workspaceId, { kind, id }, text) {
      const { key, version } = await vault.workspaceKey(keyRows(tx, workspaceId));
      const place = [kind, workspaceId, id, version];
      return { sealed: sealing.seal(key, Buffer.from(text, 'utf8'), place), version };
    },
    async open(tx, workspaceId, { kind, id }, { sealed, version }) {
      const held = await unlessBroken(vault.workspaceKey(keyRows(tx, workspaceId), version));
      const place = [kind, workspaceId, id, version];
      return (held && open(held.key, sealed, place))?.toString('utf8') ?? null;
    },
  };
}
