/** Where a preview goes on, as an opaque word: which contributor, and where in what it has. */
import { z } from 'zod';
import type { RetentionCursor } from '../../kernel/index.ts';

export const Place = z
  .string()
  .max(400)
  .regex(/^[\w-]+$/);

/** Ids and numbers: nothing else is a place, whoever made the word up. */
const Parts = z.strictObject({
  name: z.string(),
  cursor: z.record(z.string(), z.union([z.uuid(), z.int().nonnegative()])).nullable(),
});

export interface PlaceIn {
  readonly name: string;
  readonly cursor: RetentionCursor | null;
}

export function placeText(place: PlaceIn): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** Null for what `placeText` never gave. */
export function placeIn(text: string): PlaceIn | null {
  try {
    return Parts.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}
