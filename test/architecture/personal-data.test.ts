/** Every column says whether it is about a person, and what is about a person can be exported or says why not. */
import assert from 'node:assert/strict';
import { inventory, inventoryOf } from '../../scripts/docs/personal-data.ts';
import { contributors } from '../privacy/export/contributors.ts';

const model = (...lines: readonly string[]) =>
  inventoryOf([['some.prisma', `${lines.join('\n')}\n}\n`]] as const);

describe('the inventory of personal data', () => {
  it('claims every column of every table, once and in words that are explained', () => {
    assert.deepEqual(inventory().faults, []);
    assert.ok(inventory().personal.length > 100);
  });

  it('knows what is sealed: no column with sealed bytes of a person is said to be in the clear', () => {
    const open = inventory().personal.filter(
      ({ column, sealed }) => column.endsWith('_sealed') && sealed === null,
    );
    assert.deepEqual(
      open.map(({ table, column }) => `${table}.${column}`),
      ['refresh_token.successor_sealed'],
    );
  });
});

describe('the exports', () => {
  const claimed = new Set(contributors.flatMap(({ columns }) => Object.keys(columns)));

  it('hold every personal column, but for those that say why they are left out', () => {
    const missing = inventory().personal.flatMap(({ table, column, notExported }) =>
      notExported === null && !claimed.has(`${table}.${column}`) ? [`${table}.${column}`] : [],
    );
    assert.deepEqual(missing, []);
  });

  it('claim nothing that is not personal, is left out, or is no property of their rows', () => {
    const wanted = new Set(
      inventory().personal.flatMap(({ table, column, notExported }) =>
        notExported === null ? [`${table}.${column}`] : [],
      ),
    );
    assert.deepEqual(
      [...claimed].filter((name) => !wanted.has(name)),
      [],
    );
    for (const { name, columns, row } of contributors)
      for (const property of Object.values(columns))
        assert.ok(Object.hasOwn(row.shape, property), `${name} has no ${property}`);
  });

  it('are files of different names, whose rows are closed', () => {
    const names = contributors.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, row } of contributors) {
      assert.match(name, /^[a-z]+(?:-[a-z]+)*$/);
      assert.equal(row.safeParse({ stray: 1 }).success, false);
    }
  });
});

describe('the reader of the annotations', () => {
  const GOOD =
    '/// @personal(name) kind=profile of=id purpose=account basis=contract kept=account sealed=subject-key';
  const HEAD = [
    'model Pet {',
    '  workspaceId String',
    '  id String',
    '  name Bytes @map("name_sealed")',
  ];

  it('gives table and column as Postgres knows them', () => {
    const { personal, others, faults } = model(
      '/// A pet.',
      GOOD,
      '/// @not-personal(id): of the row',
      ...HEAD,
      '  @@map("pet")',
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(personal[0], {
      ...{ table: 'pet', column: 'name_sealed', kind: 'profile', of: 'id', purpose: 'account' },
      ...{ basis: 'contract', kept: 'account', sealed: 'subject-key', notExported: null },
    });
    assert.deepEqual(others, { 'pet.id': 'of the row' });
  });

  const faults: readonly [string, readonly string[], RegExp][] = [
    ['a column that nobody claims', [GOOD], /Pet\.id is neither/],
    [
      'a column that is claimed twice',
      [GOOD, '/// @not-personal(id, name): both'],
      /name is claimed twice/,
    ],
    ['a column that is not there', [GOOD, '/// @not-personal(id, age): gone'], /Pet has no age/],
    [
      'a word that nobody explained',
      [GOOD.replace('profile', 'gossip'), '/// @not-personal(id): row'],
      /kind=gossip/,
    ],
    ['an annotation without a reason', [GOOD, '/// @not-personal(id)'], /cannot be read/],
    [
      'an annotation that leaves something out',
      [GOOD.replace(/ basis=\w+/, ''), '/// @not-personal(id): row'],
      /cannot be read/,
    ],
  ];
  for (const [what, lines, expected] of faults)
    it(`finds ${what}`, () => {
      assert.match(model(...lines, ...HEAD).faults.join('\n'), expected);
    });
});
