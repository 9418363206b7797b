/** How much of everything: windows that all nodes share, with an answer of its own for when they are away. */
export { Breaker } from './breaker.ts';
export { httpDoor } from './http-door.ts';
export { limiter, type Limiter } from './limiter.ts';
export { LocalWindows } from './local-window.ts';
export { redisOrLocalStore } from './redis-or-local-store.ts';
export { SlidingWindows, type RunScript } from './sliding-window.ts';
export { admissionTable, LIMIT_TABLE, type AdmissionTable, type LimitTable } from './table.ts';
