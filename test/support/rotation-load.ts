/** Signing keys are rotated by the operator while people use each new token at once, on the node that did not make it. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import type { Environment } from '../../src/config.ts';
import type { KeyRotation, MintedSession } from '../../src/auth/index.ts';
import { openOperator, type Fail, type Operator } from '../../src/operator/index.ts';
import { eventually } from './bootstrap-clone.ts';
import { Connection } from './connection.ts';
import type { Node, TwoNodes } from './two-nodes.ts';

export interface RotationLoad {
  readonly rotations: readonly KeyRotation[];
  /** Calls with a valid token, over HTTP and sockets, handshakes and refreshes. */
  readonly calls: number;
  /** What was refused, each as `what: code`. */
  readonly refused: readonly string[];
  /** Under which keys the tokens were signed, in the order in which they appeared. */
  readonly kids: readonly string[];
}

interface Options {
  readonly environment: Environment;
  readonly rotations: number;
  /** Between two rotations. */
  readonly everyMs: number;
  readonly people: number;
}

/** Ends when the last new key has signed. */
export async function rotateUnderLoad(nodes: TwoNodes, options: Options): Promise<RotationLoad> {
  const { environment, everyMs, people } = options;
  const load = new Load(nodes);
  const working = Array.from({ length: people }, (_, i) => load.work(i));
  const operator = await operatorOf(environment);
  const rotations: KeyRotation[] = [];
  try {
    while (rotations.length < options.rotations) {
      rotations.push(await operator.rotateSigningKeys({ atOnce: false }));
      await pause(everyMs);
    }
    const last = rotations.at(-1)?.kid ?? '';
    await eventually('the last key signs', () => load.kids.has(last));
  } finally {
    await operator.close();
    load.isOver = true;
    await Promise.all(working);
  }
  return { rotations, calls: load.calls, refused: load.refused, kids: [...load.kids] };
}

/** As the command opens it, by what the environment says alone. */
export function operatorOf(environment: Environment): Promise<Operator> {
  const fail: Fail = (_kind, code, sentence) => new Error(`${code}: ${sentence}`);
  return openOperator({ environment, root: '/nonexistent', uid: null, host: 'here', fail });
}

class Load {
  readonly #nodes: TwoNodes;
  calls = 0;
  readonly refused: string[] = [];
  readonly kids = new Set<string>();
  isOver = false;

  constructor(nodes: TwoNodes) {
    this.#nodes = nodes;
  }

  async work(number: number): Promise<void> {
    const { a, b, workspaceId } = this.#nodes;
    const first = await a.app.auth.mintSession(workspaceId);
    let { refreshToken } = first;
    const live = await Connection.open(a.url, { token: first.accessToken });
    for (let round = number; !this.isOver; round += 1) {
      const [here, there] = round % 2 ? [a, b] : [b, a];
      const grant = await this.#refresh(here, refreshToken);
      if (!grant) break;
      ({ refreshToken } = grant);
      this.kids.add(jwt.decode(grant.accessToken, { complete: true })?.header.kid ?? '');
      await this.#me(there, grant.accessToken, 'the newest token');
      await this.#me(here, first.accessToken, 'a token from before');
      await this.#count('an event', live.call('profile.read', {}).accepted());
      if (round % 4 === 0) await this.#connect(there, grant.accessToken);
    }
    live.close();
  }

  async #refresh(node: Node, refreshToken: string): Promise<MintedSession | null> {
    const body = JSON.stringify({ refreshToken, nonce: randomBytes(16).toString('hex') });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(`${node.url}/v1/sessions/refresh`, { method: 'POST', headers, body });
    return this.#count('a refresh', asked.then(granted<MintedSession>));
  }

  async #me(node: Node, token: string, what: string): Promise<void> {
    const headers = { authorization: `Bearer ${token}` };
    await this.#count(what, fetch(`${node.url}/v1/me`, { headers }).then(granted));
  }

  async #connect(node: Node, token: string): Promise<void> {
    const connection = await this.#count('a handshake', Connection.open(node.url, { token }));
    connection?.close();
  }

  async #count<T>(what: string, call: Promise<T>): Promise<T | null> {
    this.calls += 1;
    try {
      return await call;
    } catch (error) {
      this.refused.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }
}

async function granted<T>(response: Response): Promise<T> {
  const answer = (await response.json()) as T & { readonly code?: string };
  if (!response.ok) throw new Error(`${response.status} ${answer.code ?? ''}`);
  return answer;
}
