/** The settings of erasure: how long it can be taken back, and what is written down of it outside of the database. */
import { count, folder } from './setting-shapes.ts';

export const ERASURE_SETTINGS = {
  ERASURE_GRACE_DAYS: {
    schema: count(0, 90),
    about: 'How long an erasure can be taken back before it begins.',
    allowed: '0-90',
    standard: '7',
  },
  ERASURE_LEDGER_FILE: {
    schema: folder,
    about:
      'File to which erasures are added; a server that starts holds its database against it. Keep it apart from the database and its backups, on a volume that all nodes share. Needed in production; npm start uses var/erasure-ledger.jsonl.',
    allowed: 'the absolute path of a file',
    optional: true,
  },
  ERASURE_HEAD_FILE: {
    schema: folder,
    about:
      'File that says, signed, where the ledger of erasures ends; written with each erasure. In a place of its own, neither with the database nor with the ledger, it tells when both were put back together. On a volume that all nodes share.',
    allowed: 'the absolute path of a file',
    optional: true,
  },
  BACKUP_KEY_DAYS: {
    schema: count(0, 3_650),
    about:
      'How many days a backup of keys is kept: receipts of erasures say when the last copy is gone.',
    allowed: '0-3650',
    standard: '30',
  },
} as const;
