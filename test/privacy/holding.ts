/** What the stories of a hold share: two administrators, since what one of them places takes the other to end or open. */
import type { HoldId } from '../../src/contract/index.ts';
import { World } from '../support/world.ts';
import { administrator, author, type Author } from './support.ts';

export class HoldWorld {
  readonly world: World;
  /** Who places. */
  readonly boss: Author;
  readonly other: Author;

  private constructor(world: World, boss: Author, other: Author) {
    this.world = world;
    this.boss = boss;
    this.other = other;
  }

  static async create(): Promise<HoldWorld> {
    const world = await World.create();
    return new HoldWorld(world, await administrator(world), await administrator(world, 'Other'));
  }

  /** A hold that `boss` has placed on somebody new. */
  async placed(): Promise<HoldId> {
    const { userId } = (await author(this.world)).person;
    const wish = { userId, reason: 'case 7', password: this.boss.resident.password };
    return (await this.boss.person.call('hold.place', wish).accepted()).holdId;
  }

  end(): Promise<void> {
    return this.world.end();
  }
}
