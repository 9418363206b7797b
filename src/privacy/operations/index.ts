/** Every operation of this domain, one per file. */
export { erasureCancel } from './erasure.cancel.ts';
export { erasureRead } from './erasure.read.ts';
export { erasureRequest } from './erasure.request.ts';
export { erasureRequestFor } from './erasure.request-for.ts';
export { holdLift } from './hold.lift.ts';
export { holdList } from './hold.list.ts';
export { holdPlace } from './hold.place.ts';
export { receiptKeys } from './receipt.keys.ts';
