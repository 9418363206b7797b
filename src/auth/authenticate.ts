/** The stage that says who is asking: an actor with a live session, or an anonymous caller of a known workspace. */
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../contract/index.ts';
import {
  Refusal,
  type Actor,
  type Call,
  type Clock,
  type ProvedClaims,
  type Stages,
  type WorkspaceHint,
} from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import type { Liveness } from './liveness.ts';
import type { Within, WorkspaceLookups } from './store.ts';

interface Parts {
  readonly clock: Clock;
  readonly tokens: AccessTokens;
  readonly live: Liveness;
  readonly workspaces: WorkspaceLookups;
  readonly within: Within;
}

/** Ids of workspaces that are known to exist; none is ever deleted by the server. */
const REMEMBERED = 10_000;

export function authenticate(parts: Parts): Stages['authenticate'] {
  const { clock, tokens, live, workspaces, within } = parts;
  const existing = new LRUCache<WorkspaceId, true>({ max: REMEMBERED });

  async function actor({ credential, origin }: Call): Promise<Actor> {
    const claims = prove(credential);
    if (claims.expiresAt <= clock.now().getTime()) throw new Refusal('token_expired');
    const { role } = await live.require(claims);
    const { workspaceId, userId, sessionId } = claims;
    return { kind: 'actor', workspaceId, userId, sessionId, role, origin };
  }

  function prove(credential: Call['credential']): ProvedClaims {
    if (credential.kind === 'proved') return credential.claims;
    if (credential.kind === 'token') return tokens.prove(credential.token);
    throw new Refusal('unauthenticated');
  }

  async function workspaceOf(hint: WorkspaceHint): Promise<WorkspaceId | null> {
    if (hint.by === 'slug') return workspaces.bySlug(hint.slug);
    if (hint.by === 'default') return workspaces.only();
    if (existing.has(hint.id)) return hint.id;
    const found = await within(hint.id, 'read', (rows) => rows.workspace());
    if (found) existing.set(hint.id, true);
    return found && hint.id;
  }

  return async (operation, call, input) => {
    const { access } = operation;
    if (access.audience === 'signed-in') return actor(call);
    const hint = 'workspace' in access ? access.workspace?.(input) : undefined;
    const workspaceId = await workspaceOf(hint ?? { by: 'default' });
    if (!workspaceId) throw new Refusal('not_found');
    return { kind: 'anonymous', workspaceId, origin: call.origin };
  };
}
