/** The moderation domain: reports and the acts of moderators. It acts on channels with what the chat domain provides. */
import type { Chat } from '../chat/index.ts';
import { envelope, type Vault } from '../crypto/index.ts';
import type { Entropy, Module } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import * as operations from './operations/index.ts';
import { reportStore } from './report-store.ts';
import { sealedTexts } from './sealed-text.ts';
import type { ModerationServices } from './services.ts';

export interface ModerationOptions {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly chat: Chat['services'];
}

export function moderationDomain({ vault, entropy, chat }: ModerationOptions): Module<Tx> {
  const sealing = envelope(entropy);
  return {
    name: 'moderation',
    operations: Object.values(operations),
    domain: null,
    services: (tx, { workspaceId }): ModerationServices => {
      const services = chat(tx, workspaceId);
      return {
        ...services,
        reports: reportStore(tx, workspaceId),
        texts: sealedTexts(vault, sealing, services.keys),
      };
    },
  };
}
