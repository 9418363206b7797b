/** What a piece of work costs by the processor's own count: how busy the machine is besides does not matter. */

/** Milliseconds of processor time that `work` took in this process. */
export function cost(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
