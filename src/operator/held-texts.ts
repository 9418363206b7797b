/** What a legal hold kept from deletion, opened by the operator with the code that an administrator answers for. */
import { isReason, type OnRecord } from '../auth/index.ts';
import type { HoldId, WorkspaceId } from '../contract/index.ts';
import { heldTextOpening, type OpenedText } from '../privacy/index.ts';
import type { Fail } from './index.ts';

export interface OperatorHolds {
  /**
   * Spends the code at once, on the record of the workspace, and gives the texts one by one. Refuses `invalid_reason`,
   * and `invalid_code` for one that was used, is older than an hour, or is of a hold that was lifted.
   */
  heldTexts(opening: {
    readonly code: string;
    readonly reason: string;
  }): AsyncGenerator<OpenedText & { readonly holdId: HoldId }>;
}

type Parts = Parameters<typeof heldTextOpening>[0] & {
  readonly recordIn: (workspaceId: WorkspaceId) => OnRecord;
  readonly told: <T>(work: Promise<T>) => Promise<T>;
  readonly fail: Fail;
};

export function operatorHolds({ recordIn, told, fail, ...parts }: Parts): OperatorHolds {
  const opening = heldTextOpening(parts);
  return {
    async *heldTexts({ code, reason }) {
      if (!isReason(reason))
        throw fail('usage', 'invalid_reason', 'A reason is one line of 1-500 characters.');
      const opened = await told(
        opening.spend(code, (tx, workspaceId, facts) =>
          recordIn(workspaceId)(tx, 'hold.open', { ...facts, reason }),
        ),
      );
      if (!opened)
        throw fail(
          'refused',
          'invalid_code',
          'The code opens nothing: it was used, is older than an hour, or its hold was lifted. An administrator who did not place the hold gives out another.',
        );
      const texts = opening.texts(opened);
      for (let text = await told(texts.next()); text.done !== true; text = await told(texts.next()))
        yield { holdId: opened.hold.id, ...text.value };
    },
  };
}
