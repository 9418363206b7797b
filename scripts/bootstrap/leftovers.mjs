/** A test run that leaves something running fails and says what, instead of waiting for ever. */

/** Longer than the timers of libraries that end by themselves (the schema engine's take ten seconds), on a slow machine. */
const PATIENCE_MS = 60_000;

export const mochaHooks = {
  afterAll() {
    const overdue = setTimeout(() => {
      const running = process.getActiveResourcesInfo().filter((kind) => kind !== 'TTYWrap');
      console.error(`The tests are done, but something still runs: ${running.join(', ')}`);
      process.exit(1);
    }, PATIENCE_MS);
    overdue.unref(); // if nothing else runs, this does not either
  },
};
