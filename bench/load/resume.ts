/** Somebody who was away reads what was missed, a page after the other, and counts what is missing or out of order. */
import { demand, type Person } from './dialects.ts';
import { Wire } from './wire.ts';

/** A place in a channel's log. */
export interface Position {
  readonly channelId: string;
  readonly rev: number;
  readonly epoch: number;
}

export interface Resumed {
  readonly pages: number;
  readonly messages: number;
  /** Changes that came out of order, twice, or with a hole before them. */
  readonly misplaced: number;
  /** Whether the log could be bridged. */
  readonly whole: boolean;
  readonly milliseconds: number;
}

interface Page {
  readonly reset: boolean;
  readonly upTo: number;
  readonly head: number;
  readonly events: readonly { readonly kind: string; readonly rev: number }[];
}

/** Opens a connection of the person's own, and closes it again. Only Conclave can be asked. */
export async function resume(port: number, { token }: Person, from: Position): Promise<Resumed> {
  const ignore = () => undefined;
  const wire = await Wire.open({ port, bare: false, auth: { token }, heard: ignore, lost: ignore });
  try {
    const { channelId, epoch } = from;
    const began = performance.now();
    let [rev, pages, messages, misplaced] = [from.rev, 0, 0, 0];
    for (;;) {
      const page = (await demand(wire, 'channel.resume', { channelId, rev, epoch })) as Page;
      pages += 1;
      messages += page.events.filter(({ kind }) => kind === 'message').length;
      for (const event of page.events) {
        if (event.rev !== rev + 1) misplaced += 1;
        rev = event.rev;
      }
      if (rev !== page.upTo) misplaced += 1;
      rev = page.upTo;
      if (page.reset || rev >= page.head) {
        const milliseconds = performance.now() - began;
        return { pages, messages, misplaced, whole: !page.reset, milliseconds };
      }
    }
  } finally {
    wire.close();
  }
}
