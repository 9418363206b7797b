/** Every operation of this domain, one per file. */
export * from './access.explain.ts';
export * from './role.create.ts';
export * from './role.delete.ts';
export * from './role.describe.ts';
export * from './role.grant.ts';
export * from './role.list-holders.ts';
export * from './role.list-reaching.ts';
export * from './role.list.ts';
export * from './role.revoke.ts';
export * from './role.update.ts';
