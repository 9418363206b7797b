/** Words of people in reports and acts of moderation: sealed under the key of one account, each in its own place. */
import type { UserId } from '../contract/index.ts';
import {
  open,
  unlessBroken,
  type Envelope,
  type KeyRows,
  type Place,
  type Vault,
} from '../crypto/index.ts';

/** What a text is and where it stands; bound to it, so that a row that was swapped does not open. */
export interface TextPlace {
  readonly kind: 'report-text' | 'report-note' | 'act-reason';
  readonly id: string;
}

export interface SealedTexts {
  /** Null without a text, and for an account whose key was destroyed: nothing of it is kept any more. */
  seal(owner: UserId, place: TextPlace, text: string | undefined): Promise<Buffer | null>;
  /** Null where there is none, and where the owner's key was destroyed or does not open it. */
  open(owner: UserId | null, place: TextPlace, sealed: Uint8Array | null): Promise<string | null>;
}

export function sealedTexts(vault: Vault, sealing: Envelope, keys: KeyRows): SealedTexts {
  const placeOf = (owner: UserId, { kind, id }: TextPlace): Place => [
    kind,
    keys.workspaceId,
    id,
    owner,
  ];
  return {
    async seal(owner, place, text) {
      const key = text === undefined ? null : await vault.subjectKey(keys, owner);
      if (!key || text === undefined) return null;
      return sealing.seal(key, Buffer.from(text, 'utf8'), placeOf(owner, place));
    },
    async open(owner, place, sealed) {
      if (owner === null || sealed === null) return null;
      const key = await unlessBroken(vault.subjectKey(keys, owner));
      return (key && open(key, sealed, placeOf(owner, place))?.toString('utf8')) ?? null;
    },
  };
}

/** The texts of filters: of nobody, so under the key of the workspace. */
export interface FilterTexts {
  seal(
    id: string,
    text: string,
  ): Promise<{ readonly textSealed: Buffer; readonly textKey: number }>;
  /** Null where it does not open. */
  open(row: {
    readonly id: string;
    readonly textSealed: Uint8Array;
    readonly textKey: number;
  }): Promise<string | null>;
}

export function filterTexts(vault: Vault, sealing: Envelope, keys: KeyRows): FilterTexts {
  const placeOf = (id: string, version: number): Place => ['filter', keys.workspaceId, id, version];
  return {
    async seal(id, text) {
      const { key, version } = await vault.workspaceKey(keys);
      const textSealed = sealing.seal(key, Buffer.from(text, 'utf8'), placeOf(id, version));
      return { textSealed, textKey: version };
    },
    async open({ id, textSealed, textKey }) {
      const found = await unlessBroken(vault.workspaceKey(keys, textKey));
      return (found && open(found.key, textSealed, placeOf(id, textKey))?.toString('utf8')) ?? null;
    },
  };
}
