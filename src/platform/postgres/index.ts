/** Postgres through Prisma: the only place that knows either. */
export { lookUp } from './look-up.ts';
export { Postgres, type PostgresOptions, type Statements, type Tx } from './postgres.ts';
