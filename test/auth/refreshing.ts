/** What the stories about refresh tokens share: a fresh session for each, and what the database holds of it. */
import type { MintedSession } from '../../src/auth/index.ts';
import type { WorkspaceId } from '../../src/contract/index.ts';
import { openHouse, type Answer, type House } from './support.ts';

interface Scene {
  house: House;
  id: WorkspaceId;
  minted: MintedSession;
}

/** A nonce of one letter, as clients make them. */
export const nonce = (letter: string): string => letter.repeat(22);

/** Opens a house for the stories of the enclosing `describe`, and a session in a fresh workspace for each of them. */
export function freshSessions() {
  const scene = {} as Scene;
  before(async () => {
    scene.house = await openHouse();
  });
  after(() => scene.house.close());
  beforeEach(async () => {
    const { house } = scene;
    const { id } = await house.workspace();
    Object.assign(scene, { id, minted: await house.auth.mintSession(id) });
    house.ended.length = 0;
  });
  const ofSession = (table: 'session' | 'refresh_token', column: string) =>
    scene.house.rows(`SELECT * FROM ${table} WHERE ${column} = $1`, scene.minted.sessionId);
  return {
    scene: scene as Readonly<Scene>,
    refresh: (
      refreshToken: string | undefined,
      letter: string,
      at = scene.house,
    ): Promise<Answer> => at.call('session.refresh', { refreshToken, nonce: nonce(letter) }),
    session: async () => (await ofSession('session', 'id'))[0],
    tokens: () => ofSession('refresh_token', 'session_id'),
  };
}
