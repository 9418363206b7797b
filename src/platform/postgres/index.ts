/** Postgres through Prisma: the only place that knows either. */
export { Postgres, type PostgresOptions, type Statements, type Tx } from './postgres.ts';
