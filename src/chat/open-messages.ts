/** Opens messages that were read outside of a transaction: without a query where the keys of all are at hand. */
import type { Message, WorkspaceId } from '../contract/index.ts';
import { keyRows } from '../crypto/index.ts';
import type { Content } from './content.ts';
import type { MessageRow } from './rows.ts';
import type { Transaction } from './transaction-store.ts';

/** In their order. One that does not open is a placeholder, with an alarm. */
export async function openMessages(
  { transaction, content }: { readonly transaction: Transaction; readonly content: Content },
  workspaceId: WorkspaceId,
  rows: readonly MessageRow[],
): Promise<readonly Message[]> {
  const atHand = rows.flatMap((row) => content.messageAtHand(workspaceId, row) ?? []);
  if (atHand.length === rows.length) return atHand;
  // Keys are rows of their own, which no change of a message changes: it need not be the same snapshot.
  return transaction(workspaceId, 'read', async (tx) => {
    const keys = keyRows(tx, workspaceId);
    await content.fetchKeys(keys, rows);
    const messages: Message[] = [];
    for (const row of rows) messages.push(await content.message(keys, row));
    return messages;
  });
}
