/** A server, and a machine at which people have signed up to it by command, each with a profile of their name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvitedRole } from '../../src/auth/index.ts';
import { World } from '../support/world.ts';
import { Machinery, newcomer, type Running, type Somebody } from './support.ts';

export interface SignedUp<Name extends string> {
  readonly world: World;
  readonly home: Machinery;
  /** Who signed up, with the password of each. */
  readonly who: Readonly<Record<Name, Somebody>>;
  /** `conclave` with these words and that profile (a name in lower case), in this process. */
  readonly as: (profile: string, ...words: readonly string[]) => Running;
}

/** There before the stories of the `describe` that calls it, and gone after them; who is more than a user was invited as that. */
export function signedUp<Name extends string>(
  roles: Readonly<Record<Name, InvitedRole>>,
): SignedUp<Name> {
  let world: World;
  let home: Machinery;
  const who = {} as Record<Name, Somebody>;
  before(async () => {
    world = await World.create();
    home = new Machinery();
    for (const [name, role] of Object.entries(roles) as [Name, InvitedRole][])
      who[name] = await newcomer(home, world, name, name.toLowerCase(), await invited(role));
  });
  after(async () => {
    home.end();
    await world.end();
  });

  /** What the command is told besides: the code that goes with the role. */
  async function invited(role: InvitedRole): Promise<readonly string[]> {
    if (role === 'user') return [];
    const code = await world.app.auth.invite(world.workspaceId, { role });
    const file = join(home.home, `code-of-the-${role}`);
    writeFileSync(file, `${code}\n`, { mode: 0o600 });
    return ['--code-file', file];
  }

  return {
    get world() {
      return world;
    },
    get home() {
      return home;
    },
    who,
    as: (profile, ...words) => home.here([...words, '--server', world.url, '--profile', profile]),
  };
}
