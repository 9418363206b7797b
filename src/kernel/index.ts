/** The mechanism: how any call of any domain is declared and carried out. It knows no domain and no vendor. */
export type * from './access.ts';
export * from './address.ts';
export type * from './audit.ts';
export type * from './caller.ts';
export type * from './clock.ts';
export type * from './entropy.ts';
export * from './erasure.ts';
export { Grouping, LATER, type GroupingOptions } from './grouping.ts';
export type * from './hits.ts';
export { lifecycle, type Lifecycle, type Part } from './lifecycle.ts';
export * from './mail.ts';
export type * from './module.ts';
export * from './operation.ts';
export * from './outcome.ts';
export { execute, onWire, turnAway } from './pipeline.ts';
export { Refusal } from './refusal.ts';
export { Secret } from './secret.ts';
export type * from './stages.ts';
