/** Ready is who can keep a promise: started, with the lease, and with a Postgres that answers. Redis is only told of. */

interface Parts {
  /** True from the moment it listens until it begins to stop. */
  readonly live: () => boolean;
  readonly lease: { readonly held: boolean };
  readonly postgres: { answers(): Promise<boolean> };
  readonly redis: { answers(): Promise<boolean> };
}

/** What `/readyz` answers from. */
export function readiness({ live, lease, postgres, redis }: Parts) {
  const state = (up: boolean) => (up ? 'up' : 'away');
  return async () => {
    const asked = lease.held && postgres.answers(); // who has lost the lease would wait for an answer
    const [database, shortcut] = await Promise.all([asked, redis.answers()]);
    const checks = { postgres: state(database), redis: state(shortcut) };
    return { ready: live() && database, checks };
  };
}
