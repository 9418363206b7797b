/** Every operation of this domain; one that is not exported here does not exist. */
export { usageRead } from './usage.read.ts';
