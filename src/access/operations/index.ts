/** Every operation of this domain, one per file. */
export * from './access.explain.ts';
export * from './role.describe.ts';
