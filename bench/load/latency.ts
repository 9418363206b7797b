/** How long things took, in a histogram that loses nothing to averaging. */
import { build, type Histogram } from 'hdr-histogram-js';

export interface Latency {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** In microseconds, up to a minute, to three digits. */
export function histogram(): Histogram {
  return build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
}

export function note(into: Histogram, milliseconds: number): void {
  into.recordValue(Math.max(1, Math.min(59_000_000, Math.round(milliseconds * 1_000))));
}

export function latency(of: Histogram): Latency {
  if (of.totalCount === 0) return { p50: 0, p99: 0, max: 0 };
  const at = (percentile: number) => of.getValueAtPercentile(percentile) / 1_000;
  return { p50: at(50), p99: at(99), max: of.maxValue / 1_000 };
}
