/** What is meant is found by its name, its beginning or its letters, and never guessed where more than one is meant. */
import assert from 'node:assert/strict';
import {
  common,
  leading,
  looselyNamed,
  named,
  nearest,
} from '../../../../src/cli/screen/model/matching.ts';

const of = (...names: string[]) => names.map((name) => ({ name }));
const rooms = of('general', 'Genesis', 'random', 'Open house', 'Open');

describe('A name that was typed', () => {
  it('means the one that is called so, or the only one that begins so', () => {
    assert.deepEqual(named('GENERAL', rooms), { is: 'one', found: { name: 'general' }, rest: '' });
    assert.deepEqual(named('ran', rooms), { is: 'one', found: { name: 'random' }, rest: '' });
    assert.deepEqual(named('open', rooms), { is: 'one', found: { name: 'Open' }, rest: '' });
    assert.deepEqual(named('gen', rooms), { is: 'many', found: of('general', 'Genesis') });
    assert.deepEqual(named('house', rooms), { is: 'none' });
    assert.deepEqual(named('', rooms), { is: 'none' });
    assert.deepEqual(named('cafe\u0301', of('café')), {
      is: 'one',
      found: { name: 'café' },
      rest: '',
    });
  });

  it('before a reason is as long as it can be', () => {
    const people = of('Bob', 'Bob Byron', 'Bobby');
    const found = (name: string, rest: string) => ({ is: 'one', found: { name }, rest });
    assert.deepEqual(leading('bob byron was rude', people), found('Bob Byron', 'was rude'));
    assert.deepEqual(leading('Bob was rude', people), found('Bob', 'was rude'));
    assert.deepEqual(leading('Bob', people), found('Bob', ''));
    assert.deepEqual(leading('Bo', people), { is: 'none' });
    const twice = of('Ada', 'Ada');
    assert.deepEqual(leading('Ada out', twice), { is: 'many', found: twice });
  });

  it('finds by letters in their order, the closest first', () => {
    assert.deepEqual(looselyNamed('gen', rooms), of('general', 'Genesis'));
    assert.deepEqual(looselyNamed('ohs', rooms), of('Open house'));
    assert.deepEqual(looselyNamed('', rooms), rooms);
    assert.deepEqual(looselyNamed('xyz', rooms), []);
  });

  it('is mended when it is nearly right', () => {
    const words = ['join', 'create', 'invite', 'leave'];
    assert.equal(nearest('jion', words), 'join');
    assert.equal(nearest('craete', words), 'create');
    assert.equal(nearest('leav', words), 'leave');
    assert.equal(nearest('shout', words), null);
  });

  it('is completed as far as all agree', () => {
    assert.equal(common(['/join Open', '/join open house']), '/join Open');
    assert.equal(common(['/leave', '/help']), '/');
    assert.equal(common([]), '');
  });
});
