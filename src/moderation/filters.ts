/** Filters as they are read and written: their texts sealed under the key of the workspace, their sum bounded. */
import type { ContentFilter, FilterId, FilterKind } from '../contract/index.ts';
import { Refusal } from '../kernel/index.ts';
import type { FilterRow } from './filter-store.ts';
import { FILTERS, fault, PROGRAM_SIZE, programSize, type ReadableFilter } from './matching.ts';
import type { ModerationServices } from './services.ts';

/** All of the workspace that are in force and open under their key. */
export async function readableFilters({
  filters,
  filterTexts,
}: ModerationServices): Promise<readonly ReadableFilter[]> {
  const readable: ReadableFilter[] = [];
  for (const row of await filters.list()) {
    const text = await filterTexts.open(row);
    if (text !== null) readable.push({ ...row, text });
  }
  return readable;
}

export async function shownFilter(
  { filterTexts }: ModerationServices,
  row: FilterRow,
): Promise<ContentFilter> {
  const { id, channelId, kind, action, hits, createdAt } = row;
  const text = (await filterTexts.open(row)) ?? '';
  return { id, channelId, kind, action, text, hits, createdAt: createdAt.getTime() };
}

/**
 * Refuses `invalid_input` for a text that is no filter of that kind, `too_many_filters` where there would be more than
 * a message may cost. Holds the workspace's filters until the end of the transaction.
 */
export async function admit(
  services: ModerationServices,
  wanted: { readonly id: FilterId | null; readonly kind: FilterKind; readonly text: string },
  channelId: FilterRow['channelId'],
): Promise<void> {
  const problem = fault(wanted.kind, wanted.text);
  if (problem !== null) throw new Refusal('invalid_input', { detail: [{ path: 'text', problem }] });
  await services.filters.hold();
  const others = (await readableFilters(services)).filter(({ id }) => id !== wanted.id);
  const beside = others.filter((one) => one.channelId === channelId);
  const sizeOf = (one: Pick<ReadableFilter, 'kind' | 'text'>) =>
    one.kind === 'pattern' ? (programSize(one.text) ?? 0) : 0;
  const size = beside.reduce((sum, one) => sum + sizeOf(one), sizeOf(wanted));
  // Half for the workspace, half for a channel: a message is held against both.
  if (beside.length >= FILTERS || size > PROGRAM_SIZE / 2) throw new Refusal('too_many_filters');
}
