/** Signing in takes the whole password, and nothing that merely begins like it, or looks like it to somebody else's hash. */
import { World } from '../support/world.ts';
import { post } from './posting.ts';
import { Resident } from './residents.ts';

/** So many characters, which satisfy the policy. */
const strong = (length: number) => 'aB3!xQ7?'.repeat(Math.ceil(length / 8)).slice(0, length);
const BMP = 'é'; // two bytes
const FACE = '😀'; // four bytes, two UTF-16 units

describe('session.open with a password', () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  after(() => world.end());

  const cases: readonly [string, string, readonly string[]][] = [
    ['71 bytes', strong(71), [strong(70), strong(72)]],
    ['72 bytes', strong(72), [strong(71), strong(73), `${strong(72)}\0`]],
    ['73 bytes', strong(73), [strong(72), strong(74), `${strong(72)}z`]],
    [
      '72 bytes of two each',
      `${BMP.repeat(34)}aB3!`,
      [`${BMP.repeat(34)}aB3`, `${BMP.repeat(33)}aB3!`],
    ],
    ['128 characters', strong(128), [strong(127), strong(129), strong(72)]],
    [
      '128 characters of four bytes',
      `${FACE.repeat(124)}aB3!`,
      [FACE.repeat(18), `${FACE.repeat(123)}aB3!`],
    ],
    ['spaces around it', ' aB3! purple otters ', ['aB3! purple otters', ' aB3! purple otters']],
  ];
  for (const [what, password, others] of cases)
    it(`of ${what} takes it and no other`, async () => {
      const ada = await Resident.create(world, 'Ada', password);
      for (const other of [...others, `${password}\0`, `${password}\0x`, `\0${password}`])
        await ada.tries({ password: other }).refused('invalid_credentials');
      await ada.tries().accepted();
    });

  it('takes it in any canonical form as the same, and what is only compatible as another', async () => {
    const composed = 'Café-7-Ångström-ﬁ';
    const ada = await Resident.create(world, 'Ada', composed);
    for (const form of ['NFC', 'NFD'])
      await ada.tries({ password: composed.normalize(form) }).accepted();
    for (const form of ['NFKC', 'NFKD'])
      await ada.tries({ password: composed.normalize(form) }).refused('invalid_credentials');
    for (const other of ['Cafe-7-Angstrom-ﬁ', composed.toLowerCase()])
      await ada.tries({ password: other }).refused('invalid_credentials');
  });

  it('is refused by the shape alone where it could not be one, and no account has one of those', async () => {
    const ada = await Resident.create(world);
    for (const password of ['', 'x'.repeat(1_001), 'half a \ud800 pair'])
      await ada.tries({ password }).refused('invalid_input');
    const register = (password: string) => {
      const email = `${Math.random().toString(36).slice(2)}@example.org`;
      const person = { workspace: world.slug, email, displayName: 'Bob', password };
      return post(world, '/v1/accounts', person);
    };
    for (const [password, rule] of [
      [strong(129), 'too_long'],
      [`${FACE.repeat(125)}aB3!`, 'too_long'],
      ['Vq7!\0zK2#aaaa', 'contains_nul'],
    ] as const) {
      const { detail } = await register(password).refused('password_policy');
      const { rules } = detail as { rules: readonly string[] };
      if (!rules.includes(rule)) throw new Error(`${rule} is not among ${rules.join()}`);
    }
    await register(strong(128)).accepted();
  });
});
