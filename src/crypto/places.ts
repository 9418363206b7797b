/** Where a wrapped key belongs: a key that is moved to another row does not open there. */
import type { MessageId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Place } from './envelope.ts';
import type { DataKeyName } from './store.ts';

export function workspaceKeyPlace(workspaceId: WorkspaceId, version: number): Place {
  return ['workspace-key', workspaceId, version];
}

export function subjectKeyPlace(workspaceId: WorkspaceId, subjectId: UserId): Place {
  return ['subject-key', workspaceId, subjectId];
}

/** The same under every version of the workspace key: wrapping it anew changes neither the key nor where it belongs. */
export function dataKeyPlace(
  workspaceId: WorkspaceId,
  { channelId, authorId, keyEpoch }: DataKeyName,
): Place {
  return ['data-key', workspaceId, channelId, authorId, keyEpoch];
}

/** One version of a message, whether it is shown, kept as a former one, or held although it was deleted. */
export interface TextName extends DataKeyName {
  readonly id: MessageId;
  readonly version: number;
}

export function textPlace(workspaceId: string, text: TextName): Place {
  const { channelId, id, authorId, version, keyEpoch } = text;
  return ['message', workspaceId, channelId, id, authorId, version, keyEpoch];
}
