/** Backups of the database: taken from a server that runs, checked anywhere, put into a database that holds nothing. */
export { checkBackups, type Checked } from './checking.ts';
export { verifyKeyAge } from './key-age.ts';
export { ledgerHeads } from './ledger-heads.ts';
export { BrokenBackup } from './reading.ts';
export { restoreBackup, Unrestorable, type Migrations, type RestoreStep } from './restoring.ts';
export { sealedUnder, type BackupFolders } from './sealed-under.ts';
export { Hindered, refuseBound, takeBackup, type BackupStep, type Heads } from './taking.ts';
