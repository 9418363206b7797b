/** Every operation of this domain; one that is not exported here does not exist. */
export { exportCancel } from './export.cancel.ts';
export { exportFetch } from './export.fetch.ts';
export { exportLink } from './export.link.ts';
export { exportList } from './export.list.ts';
export { exportRequest } from './export.request.ts';
export { exportRequestFor } from './export.request-for.ts';
