/** Every operation of this domain, one per file. */
export { channelCreate } from './channel.create.ts';
export { channelList } from './channel.list.ts';
export { channelRead } from './channel.read.ts';
export { channelResume } from './channel.resume.ts';
export { channelSubscribe } from './channel.subscribe.ts';
export { channelSync } from './channel.sync.ts';
export { memberAdd } from './member.add.ts';
export { memberJoin } from './member.join.ts';
export { memberLeave } from './member.leave.ts';
export { memberList } from './member.list.ts';
export { memberRemove } from './member.remove.ts';
export { memberSetRole } from './member.set-role.ts';
export { messageDelete } from './message.delete.ts';
export { messageEdit } from './message.edit.ts';
export { messageHistory } from './message.history.ts';
export { messageSend } from './message.send.ts';
export { receiptMark } from './receipt.mark.ts';
