/** Every operation of this domain; one that is not exported here does not exist. */
export { erasureCancel } from './erasure.cancel.ts';
export { erasureRead } from './erasure.read.ts';
export { erasureRequest } from './erasure.request.ts';
export { erasureRequestFor } from './erasure.request-for.ts';
export { exportCancel } from './export.cancel.ts';
export { exportFetch } from './export.fetch.ts';
export { exportLink } from './export.link.ts';
export { exportList } from './export.list.ts';
export { exportRequest } from './export.request.ts';
export { exportRequestFor } from './export.request-for.ts';
export { holdLift } from './hold.lift.ts';
export { holdList } from './hold.list.ts';
export { holdPlace } from './hold.place.ts';
export { privacyExtend } from './privacy.extend.ts';
export { privacyMine } from './privacy.mine.ts';
export { privacyRequests } from './privacy.requests.ts';
export { receiptKeys } from './receipt.keys.ts';
