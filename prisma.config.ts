/** Tells the Prisma command line where the schema lives; the server itself never reads this file. */
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
});
