/** How many rows were changed or removed, by table, added up over the pieces of a run. */
export type Counts = Readonly<Record<string, number>>;

export function addedUp(one: Counts, other: Counts): Counts {
  const all: Record<string, number> = { ...one };
  for (const [table, count] of Object.entries(other)) all[table] = (all[table] ?? 0) + count;
  return all;
}
