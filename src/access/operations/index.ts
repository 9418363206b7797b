/** Every operation of this domain, one per file. */
export * from './role.describe.ts';
