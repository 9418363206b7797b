/** How much of everything: sliding windows shared by all nodes, with an answer of its own for when they are away. */
export { limiter, type Limiter, type LimiterOptions } from './limiter.ts';
export { LocalWindows } from './local-window.ts';
export { SlidingWindows, type RunScript } from './sliding-window.ts';
export {
  admissionTable,
  LIMIT_TABLE,
  type AdmissionName,
  type AdmissionTable,
  type LimitTable,
} from './table.ts';
