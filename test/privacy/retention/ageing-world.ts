/** What the stories of retention share: a world in which things grow old, who says for how long they are kept, and who writes. */
import type { Person } from '../../support/person.ts';
import { World } from '../../support/world.ts';
import { administrator, type Author } from '../support.ts';
import { Ageing } from './nodes.ts';

export class AgeingWorld {
  readonly world: World;
  readonly ageing: Ageing;
  /** An administrator. */
  readonly boss: Author;
  /** Anybody, of whose posts some will be too old. */
  readonly bob: Person;

  private constructor(world: World, boss: Author, bob: Person) {
    this.world = world;
    this.ageing = new Ageing(world);
    this.boss = boss;
    this.bob = bob;
  }

  static async create(): Promise<AgeingWorld> {
    const world = await World.create();
    return new AgeingWorld(world, await administrator(world), await world.person('Bob'));
  }

  async end(): Promise<void> {
    await Promise.all([this.ageing.postgres.close(), this.world.end()]);
  }
}
