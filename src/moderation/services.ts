/** What this domain's operations work with: all that acts on channels, and the rows of its own. */
import type { ChatServices } from '../chat/index.ts';
import type { ModerationActs } from './acts.ts';
import type { DeletionStore } from './deletion-store.ts';
import type { FilterStore } from './filter-store.ts';
import type { JobStore } from './job-store.ts';
import type { ReportStatisticsStore } from './report-statistics-store.ts';
import type { ReportStore } from './report-store.ts';
import type { FilterTexts, SealedTexts } from './sealed-text.ts';

export interface ModerationServices extends ChatServices {
  readonly acts: ModerationActs;
  readonly deletions: DeletionStore;
  readonly filters: FilterStore;
  readonly filterTexts: FilterTexts;
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly reportStatistics: ReportStatisticsStore;
  readonly texts: SealedTexts;
}
