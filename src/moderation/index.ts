/** The moderation domain: reports and the acts of moderators. It acts on channels with what the chat domain provides. */
import type { Chat } from '../chat/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import { envelope, keyRows, type Vault } from '../crypto/index.ts';
import type { Entropy, Module } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { actStore } from './act-store.ts';
import { moderationActsOn, type ModerationActs } from './acts.ts';
import * as operations from './operations/index.ts';
import { reportStore } from './report-store.ts';
import { sealedTexts } from './sealed-text.ts';
import type { ModerationServices } from './services.ts';

export interface ModerationOptions {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly chat: Chat['services'];
  readonly acts: ActsOf;
}

/** The acts of one workspace, in one transaction. */
export type ActsOf = (tx: Tx, workspaceId: WorkspaceId) => ModerationActs;

/** What the chat domain asks about mutes and bans, and this domain works with. */
export function moderationActs({
  vault,
  entropy,
}: Pick<ModerationOptions, 'vault' | 'entropy'>): ActsOf {
  const sealing = envelope(entropy);
  return (tx, workspaceId) => {
    const texts = sealedTexts(vault, sealing, keyRows(tx, workspaceId));
    return moderationActsOn(actStore(tx, workspaceId), texts, entropy);
  };
}

export function moderationDomain({ vault, entropy, chat, acts }: ModerationOptions): Module<Tx> {
  const sealing = envelope(entropy);
  return {
    name: 'moderation',
    operations: Object.values(operations),
    domain: null,
    services: (tx, { workspaceId }): ModerationServices => {
      const services = chat(tx, workspaceId);
      return {
        ...services,
        acts: acts(tx, workspaceId),
        reports: reportStore(tx, workspaceId),
        texts: sealedTexts(vault, sealing, services.keys),
      };
    },
  };
}
