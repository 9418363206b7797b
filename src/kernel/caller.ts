/** Who is asking, from where, and in which workspace: the only identity that a handler ever sees. */
import type {
  Jti,
  RefusalCode,
  SessionId,
  UserId,
  WorkspaceId,
  WorkspaceRole,
} from '../contract/index.ts';

/** Where a call came from. The address is the client's, already taken from behind declared proxies. */
export interface Origin {
  /** `command`: the operator of the server, at the machine that has its settings. */
  readonly transport: 'http' | 'socket' | 'command';
  readonly address: string;
  /** Which host was asked for, in lower case and without a port; left out where there was none. */
  readonly host?: string;
  readonly userAgent: string | null;
  /** The live connection that asked, for effects that concern just that one. */
  readonly connectionId: string | null;
}

export interface Actor {
  readonly kind: 'actor';
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** As of the last look at the session; whatever depends on it is decided again inside the transaction. */
  readonly role: WorkspaceRole;
  readonly origin: Origin;
}

export interface Anonymous {
  readonly kind: 'anonymous';
  readonly workspaceId: WorkspaceId;
  readonly origin: Origin;
  /** The workspace is the one that this call is to make: before its commit there is no row of it, and no trail. */
  readonly founding?: true;
}

export type Caller = Actor | Anonymous;

/** What a caller shows to be let in: an access token, or what a connection proved at its handshake. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'proved'; readonly claims: ProvedClaims };

/** Whose session it is. */
export interface ProvedSession {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

/** What a verified access token says; kept by a live connection so that no event verifies it again. */
export interface ProvedClaims extends ProvedSession {
  /** Which token it is: it can be revoked while its session stands. */
  readonly jti: Jti;
  /** Milliseconds since the epoch at which the token's authority ends. */
  readonly expiresAt: number;
}

/** How an operation without a signed-in caller names the workspace it is about. */
export type WorkspaceHint =
  | { readonly by: 'slug'; readonly slug: string }
  /** Out of a token, which is refused as `otherwise` where there is no such workspace, or not at this host. */
  | { readonly by: 'id'; readonly id: WorkspaceId; readonly otherwise: RefusalCode }
  /** One that the call is to make, for whoever shows the token of the operator. */
  | { readonly by: 'operator'; readonly token: string }
  /** The workspace of the host that was asked for, or the only one of the server. */
  | { readonly by: 'default' };
