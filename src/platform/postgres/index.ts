/** Postgres through Prisma: the only place that knows either. */
export { Claimed, type SharedClaim } from './shared-claim.ts';
export { Postgres, type PostgresOptions, type Tx } from './postgres.ts';
export type { Glances, Question, Statements } from './statements.ts';
