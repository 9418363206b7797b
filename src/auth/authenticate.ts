/** The stage that says who is asking: an actor with a live session, or an anonymous caller of a known workspace. */
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../contract/index.ts';
import {
  Refusal,
  type Actor,
  type Call,
  type Anonymous,
  type Clock,
  type Entropy,
  type ProvedClaims,
  type Stages,
  type WorkspaceHint,
} from '../kernel/index.ts';
import type { AccessTokens } from './access-token.ts';
import type { WorkspaceOfHost } from './hosts.ts';
import type { Liveness } from './liveness.ts';
import type { Within, WorkspaceLookups } from './store.ts';

interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly tokens: AccessTokens;
  readonly live: Liveness;
  readonly workspaces: WorkspaceLookups;
  readonly ofHost: WorkspaceOfHost;
  readonly within: Within;
  /** Whether that is the token of the operator. */
  readonly isOperator: (shown: string) => boolean;
}

/** Ids of workspaces that are known to exist; none is ever deleted by the server. */
const REMEMBERED = 10_000;

const DEFAULT: WorkspaceHint = { by: 'default' };

/** Of a workspace that is there before the call. */
type Existing = Exclude<WorkspaceHint, { by: 'operator' }>;

/**
 * Refuses `unauthenticated` where the host belongs to another workspace than the token: as if it were none.
 */
export async function requireAt(
  ofHost: WorkspaceOfHost,
  claims: ProvedClaims,
  host = '',
): Promise<void> {
  const here = await ofHost(host);
  if (here !== null && here !== claims.workspaceId)
    throw new Refusal('unauthenticated', { claims });
}

export function authenticate(parts: Parts): Stages['authenticate'] {
  const { clock, entropy, tokens, live, workspaces, ofHost, within, isOperator } = parts;
  const existing = new LRUCache<WorkspaceId, true>({ max: REMEMBERED });

  async function actor({ credential, origin }: Call): Promise<Actor> {
    const claims = prove(credential);
    // What a connection proved, it proved at the host that it has asked for once and for all.
    if (credential.kind === 'token') await requireAt(ofHost, claims, origin.host);
    if (claims.expiresAt <= clock.now().getTime()) throw new Refusal('token_expired', { claims });
    const { role } = await live.token(claims);
    const { workspaceId, userId, sessionId } = claims;
    return { kind: 'actor', workspaceId, userId, sessionId, role, origin };
  }

  function prove(credential: Call['credential']): ProvedClaims {
    if (credential.kind === 'proved') return credential.claims;
    if (credential.kind === 'token') return tokens.prove(credential.token);
    throw new Refusal('unauthenticated');
  }

  /** At the host of a workspace there is no other one. */
  async function workspaceAt(hint: Existing, host = ''): Promise<WorkspaceId | null> {
    const here = await ofHost(host);
    if (here && hint.by === 'default') return here;
    const named = await workspaceOf(hint);
    return here === null || here === named ? named : null;
  }

  /** The workspace that is to be made. At the host of one there is no other, and none is made. */
  async function founder(token: string, { origin }: Call): Promise<Anonymous> {
    if (!isOperator(token) || (await ofHost(origin.host ?? '')) !== null)
      throw new Refusal('forbidden');
    const workspaceId = entropy.id() as WorkspaceId;
    return { kind: 'anonymous', workspaceId, origin, founding: true };
  }

  async function workspaceOf(hint: Existing): Promise<WorkspaceId | null> {
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
    const hint = ('workspace' in access && access.workspace?.(input)) || DEFAULT;
    if (hint.by === 'operator') return founder(hint.token, call);
    const workspaceId = await workspaceAt(hint, call.origin.host);
    if (!workspaceId) throw new Refusal(hint.by === 'id' ? hint.otherwise : 'not_found');
    return { kind: 'anonymous', workspaceId, origin: call.origin };
  };
}
