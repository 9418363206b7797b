/** Every operation of this domain, one per file. */
export * from './account.register.ts';
export * from './auth.refresh.ts';
export * from './password.change.ts';
export * from './profile.read.ts';
export * from './session.close.ts';
export * from './session.list.ts';
export * from './session.open.ts';
export * from './session.refresh.ts';
export * from './session.revoke.ts';
export * from './session.revoke-all.ts';
export * from './user.deactivate.ts';
export * from './user.find.ts';
export * from './user.list.ts';
export * from './user.lock.ts';
export * from './user.read.ts';
export * from './user.set-role.ts';
export * from './user.unlock.ts';
