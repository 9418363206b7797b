/** The moderators' queue as it is shown: which reports there are, which one is chosen, and what is being typed about it. */
import type { ChannelId, OutputOf } from '../../../client/index.ts';
import { EMPTY, type Composer } from './composer.ts';

export type Report = OutputOf<'report.list'>['reports'][number];

/** A report with the number by which commands name it: the same one as long as the report is in the queue. */
export interface Queued {
  readonly number: number;
  readonly report: Report;
}

/** Open, in place of the conversation. */
export interface QueueView {
  readonly chosen: Report['id'] | null;
  /** Where the chosen one is about: commands act there, also after somebody else has decided it. */
  readonly channelId: ChannelId | null;
  /** What is typed here is no message: it goes to no channel. */
  readonly draft: Composer;
}

export const QUEUE: QueueView = { chosen: null, channelId: null, draft: EMPTY };

/** `R7` */
export const labelOfReport = ({ number }: Pick<Queued, 'number'>): string => `R${number}`;

export function chosenIn(queued: readonly Queued[], { chosen }: QueueView): Queued | null {
  return queued.find(({ report }) => report.id === chosen) ?? null;
}

/** The one that is so many further on is chosen, or the one at that end. */
export function choosing(view: QueueView, queued: readonly Queued[], by: number): QueueView {
  const at = queued.findIndex(({ report }) => report.id === view.chosen);
  const from = at < 0 && by < 0 ? queued.length : at;
  const to = Math.min(Math.max(0, from + by), queued.length - 1);
  return withChosen(view, queued[to]);
}

/**
 * The queue was read anew: what was chosen stays chosen. Where it is gone, the one that came after it is, unless
 * something is being typed about it: a command never slips from one report to another.
 */
export function settled(
  view: QueueView,
  before: readonly Queued[],
  after: readonly Queued[],
): QueueView {
  if (view.chosen !== null && (view.draft.text !== '' || chosenIn(after, view))) return view;
  const was = before.findIndex(({ report }) => report.id === view.chosen);
  return withChosen(view, after[Math.min(Math.max(0, was), after.length - 1)]);
}

function withChosen(view: QueueView, queued: Queued | undefined): QueueView {
  const { id = null, channelId = null } = queued?.report ?? {};
  return id === view.chosen ? view : { ...view, chosen: id, channelId };
}
