/** Every id on the wire, each its own type, so that a channel can never be passed where a user is meant. */
import { z } from 'zod';

export const WorkspaceId = z.uuid().brand<'WorkspaceId'>();
export const UserId = z.uuid().brand<'UserId'>();
export const SessionId = z.uuid().brand<'SessionId'>();
export const ChannelId = z.uuid().brand<'ChannelId'>();
export const MessageId = z.uuid().brand<'MessageId'>();
/** Chosen by the client, once per message it means to send: a UUIDv7, whose time part tells how old a retry is. */
export const ClientId = z.uuidv7().brand<'ClientId'>();

export type WorkspaceId = z.infer<typeof WorkspaceId>;
export type UserId = z.infer<typeof UserId>;
export type SessionId = z.infer<typeof SessionId>;
export type ChannelId = z.infer<typeof ChannelId>;
export type MessageId = z.infer<typeof MessageId>;
export type ClientId = z.infer<typeof ClientId>;
