/** Every id on the wire, each its own type, so that a channel can never be passed where a user is meant. */
import { z } from 'zod';

/** Ids are taken in capitals too, and kept as the database spells them: what is bound to an id must not depend on that. */
const uuid = z.uuid().toLowerCase();

export const WorkspaceId = uuid.brand<'WorkspaceId'>();
export const UserId = uuid.brand<'UserId'>();
export const SessionId = uuid.brand<'SessionId'>();
/** Names an access token, as its claim of that name does (RFC 7519 §4.1.7). */
export const Jti = uuid.brand<'Jti'>();
export const InvitationId = uuid.brand<'InvitationId'>();
export const RoleId = uuid.brand<'RoleId'>();
export const ChannelId = uuid.brand<'ChannelId'>();
export const MessageId = uuid.brand<'MessageId'>();
/** Chosen by the client, once per message it means to send: a UUIDv7, whose time part tells how old a retry is. */
export const ClientId = z.uuidv7().toLowerCase().brand<'ClientId'>();

export type WorkspaceId = z.infer<typeof WorkspaceId>;
export type UserId = z.infer<typeof UserId>;
export type SessionId = z.infer<typeof SessionId>;
export type Jti = z.infer<typeof Jti>;
export type InvitationId = z.infer<typeof InvitationId>;
export type RoleId = z.infer<typeof RoleId>;
export type ChannelId = z.infer<typeof ChannelId>;
export type MessageId = z.infer<typeof MessageId>;
export type ClientId = z.infer<typeof ClientId>;
