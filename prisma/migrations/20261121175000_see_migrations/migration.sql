-- The server's login may see which migrations were applied, and nothing else of Prisma's ledger: whoever operates the
-- server asks with it whether the database is as new as the program.
GRANT SELECT (migration_name, finished_at, rolled_back_at) ON _prisma_migrations TO conclave_app;
