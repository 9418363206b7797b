/** What a typed line is taken for, what Tab makes of it, and what is said below it. */
import assert from 'node:assert/strict';
import type { Talk } from '../../../../src/cli/screen/commands/declare.ts';
import { COMMANDS, usageOf } from '../../../../src/cli/screen/commands/table.ts';
import {
  furthest,
  hintFor,
  offersFor,
  typedAs,
} from '../../../../src/cli/screen/commands/typed.ts';
import type { SheetRow } from '../../../../src/cli/screen/model/state.ts';
import { ADA, BOB } from '../made-up.ts';

const named = (...names: string[]) => names.map((name) => ({ name })) as never;
const talk = {
  me: ADA,
  mine: named('general', 'Open house'),
  others: named('random', 'Round table'),
  people: [
    { userId: ADA, name: 'Ada' },
    { userId: BOB, name: 'Bob Byron' },
  ],
} as unknown as Talk;

describe('A typed line', () => {
  it('is a message, unless it begins with one slash and is one line', () => {
    assert.deepEqual(typedAs('  '), { is: 'nothing' });
    assert.deepEqual(typedAs(' hello \n'), { is: 'message', body: ' hello' });
    assert.deepEqual(typedAs('//shrug'), { is: 'message', body: '/shrug' });
    assert.deepEqual(typedAs('/etc/hosts\nis a file'), {
      is: 'message',
      body: '/etc/hosts\nis a file',
    });
  });

  it('is a command with what follows it', () => {
    const typed = typedAs('/REMOVE  Bob Byron was rude ');
    assert.ok(typed.is === 'command');
    assert.deepEqual([typed.command.name, typed.rest], ['remove', 'Bob Byron was rude']);
  });

  it('is unknown with a suggestion, if there is one', () => {
    const why = (text: string) => {
      const typed = typedAs(text);
      return typed.is === 'unknown' ? typed.why : '';
    };
    assert.match(why('/jion x'), /no command \/jion\. Did you mean \/join\?/);
    assert.match(why('/xyzzy'), /\/help shows all/);
    assert.match(why('/'), /\/help shows all/);
  });
});

describe('Tab', () => {
  it('offers commands, and what may follow each', () => {
    assert.deepEqual(offersFor(talk, '/le'), ['/leave']);
    assert.deepEqual(offersFor(talk, '/j'), ['/join ']);
    assert.equal(offersFor(talk, '/').length, COMMANDS.length);
    assert.deepEqual(offersFor(talk, '/join r'), ['/join random', '/join Round table']);
    assert.deepEqual(offersFor(talk, '/go #op'), ['/go Open house']);
    assert.deepEqual(offersFor(talk, '/remove '), ['/remove Bob Byron']);
    assert.deepEqual(offersFor(talk, '/create My plan pr'), ['/create My plan private']);
    assert.deepEqual(offersFor(talk, '/create My plan private '), [
      '/create My plan private since-join',
    ]);
    assert.deepEqual(offersFor(talk, '/create My'), []);
    assert.deepEqual(offersFor(talk, '/delete l'), ['/delete last']);
  });

  it('offers nothing for what is no command', () => {
    for (const text of ['hello', '//leave', '/a\nb', '/nonsense x'])
      assert.deepEqual(offersFor(talk, text), []);
  });

  it('goes as far as the offers agree', () => {
    assert.equal(furthest('/jo', ['/join r', '/join Ro']), '/join r');
    assert.equal(furthest('/join r', ['/join random', '/join Round']), null);
  });
});

describe('The help', () => {
  it('is made from the commands, and says what each takes', () => {
    let rows: readonly SheetRow[] = [];
    const help = COMMANDS.find(({ name }) => name === 'help');
    void help?.run({ ...talk, show: (sheet) => void (rows = sheet.rows) }, '');
    for (const command of COMMANDS)
      assert.ok(rows.some(({ term, text }) => term === usageOf(command) && text === command.does));
    assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
  });

  it('stands below a command while it is typed', () => {
    assert.equal(hintFor('/join'), '/join NAME – joins a public channel');
    assert.equal(hintFor('/join ran'), '/join NAME – joins a public channel');
    assert.equal(hintFor('/le'), '/leave');
    assert.equal(hintFor('/nonsense'), null);
    assert.equal(hintFor('hello'), null);
  });
});
