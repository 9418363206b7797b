/** Ends a page of messages by its bytes as well as by its count, so that long posts do not make a flood of one answer. */
import { PAGE_BODY_BYTES } from '../contract/index.ts';
import type { MessageRow } from './rows.ts';

type Sealed = Pick<MessageRow, 'bodySealed'>;

/** What a text takes while it is sealed, which is a little more than it takes in UTF-8. */
const bytesOf = ({ bodySealed }: Sealed) => bodySealed?.length ?? 0;

/**
 * The first of `found` that fit: `limit` of them at most, with no more than `PAGE_BODY_BYTES` of bodies together with
 * what is shown `beside` them, and one in any case, so that every page gets further. `found` has one more than `limit`
 * where there are more; what is left out, by whichever bound, is still to come.
 */
export function pageOf<R extends Sealed>(
  found: readonly R[],
  limit: number,
  beside: Sealed | null = null,
): { readonly page: readonly R[]; readonly more: boolean } {
  let bytes = beside ? bytesOf(beside) : 0;
  const fits = (row: R, i: number) => {
    bytes += bytesOf(row);
    return i === 0 || bytes <= PAGE_BODY_BYTES;
  };
  const end = found.slice(0, limit).findIndex((row, i) => !fits(row, i));
  const page = found.slice(0, end === -1 ? limit : end);
  return { page, more: page.length < found.length };
}
