/** Every operation of this domain, one per file. */
export { reportClaim } from './report.claim.ts';
export { reportCreate } from './report.create.ts';
export { reportDismiss } from './report.dismiss.ts';
export { reportList } from './report.list.ts';
export { reportResolve } from './report.resolve.ts';
