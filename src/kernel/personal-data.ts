/** What a domain must say to have a part in an export of what is kept about somebody, and where its files are put. */
import type { z } from 'zod';
import type { UserId, WorkspaceId } from '../contract/index.ts';

/** Whose data it is. */
export interface DataSubject {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
}

/** Where the next page begins; it is kept between steps, and tells nothing about people but ids. */
export type ExportCursor = readonly (string | number)[];

/** Made of JSON. */
export type ExportRow = Readonly<Record<string, unknown>>;

type Extended = string | number | readonly Extended[];

/** What pages were made of, as JSON that only their contributor reads; it tells nothing about people but ids. */
export type ExportExtent = Readonly<Record<string, Extended>>;

export interface ExportPage {
  /** Gone through once; they may be made one by one as they are asked for, and ask no database then. */
  readonly rows: Iterable<ExportRow>;
  /** Null on the last page; a page may be empty and not be the last. */
  readonly next: ExportCursor | null;
  /** For `wholes` of the contributor, where it has them. */
  readonly extent?: ExportExtent | null;
}

/**
 * One file of an export. Domains hand their contributors to the composition root, so that whoever makes exports knows
 * no domain. Every call opens transactions of its own.
 */
export interface ExportContributor {
  /** Of the file, e.g. `messages`. */
  readonly name: string;
  /** One sentence for who reads the archive. */
  readonly about: string;
  readonly row: z.ZodObject;
  /** Which `table.column` of the inventory of personal data is given as which property of a row. */
  readonly columns: Readonly<Record<string, string>>;
  /** The property that says when a row was made, in milliseconds, where rows are counted by month. */
  readonly dated?: string;
  /** A bounded piece, in a bounded time, by what the subject may be given at that moment. */
  readonly page: (subject: DataSubject, cursor: ExportCursor | null) => Promise<ExportPage>;
  /**
   * The same rows as they may be given now, null for those that may not: asked again when all was collected. Left out
   * where rights cannot change.
   */
  readonly settle?: (
    subject: DataSubject,
    rows: readonly ExportRow[],
  ) => Promise<readonly (ExportRow | null)[]>;
  /** A quicker way to find that nothing has to be settled. */
  readonly wholes?: {
    /** The extent of two pages, of which the second followed the first; null where it would say too much. */
    readonly join: (first: ExportExtent, second: ExportExtent) => ExportExtent | null;
    /**
     * True only where `settle` would leave every row of the pages of this extent as it is. False says nothing: the rows
     * are settled then.
     */
    readonly areGiven: (subject: DataSubject, extent: ExportExtent) => Promise<boolean>;
  };
}

/** Keeps files that are sealed before they come here. Names are ids, in folders that are ids. */
export interface FileStorage {
  /** Resolves when the file would survive a crash; rejects and leaves nothing of it where that failed. */
  readonly write: (folder: string, name: string, chunks: Iterable<Uint8Array>) => Promise<void>;
  /** In pieces of at most 64 KiB. Rejects when it is not there. */
  readonly read: (folder: string, name: string) => AsyncIterable<Uint8Array>;
  /** Of a folder that is not there, none. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** Also what is not there any more. */
  readonly remove: (folder: string, name: string) => Promise<void>;
  readonly removeFolder: (folder: string) => Promise<void>;
}
