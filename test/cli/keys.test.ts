/** The operator's commands for keys: what they print in words, as JSON, and as a bar on a terminal. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { Command } from '../../src/cli/command.ts';
import { keys } from '../../src/cli/commands/keys.ts';
import { rotateKeys } from '../../src/cli/commands/rotate-keys.ts';
import type { Desk } from '../../src/cli/desk.ts';
import { styleFor } from '../../src/cli/style.ts';
import { ownDatabase } from '../architecture/own-database.ts';
import { startNode } from '../support/two-nodes.ts';
import { done, Machinery, parsed } from './support.ts';

describe('conclave rotate-keys and keys', function () {
  this.timeout(240_000);

  it('work where the settings of the server are, as a process of their own', async () => {
    const database = await ownDatabase();
    const home = new Machinery();
    const node = await startNode({ DATABASE_APP_URL: database.serverUrl });
    try {
      await node.app.auth.createWorkspace({ slug: 'tea', name: 'Tea' });
      const own = /^(CONCLAVE_.*(KEYS|PEPPERS)(_FILE)?|REDIS_URL)$/;
      const given = Object.entries(process.env).filter(([name]) => own.test(name));
      const settings = Object.fromEntries(given) as Record<string, string>;
      const environment = { ...settings, DATABASE_APP_URL: database.serverUrl };
      assert.equal(
        await done(home.apart(['rotate-keys'], { environment })),
        'Workspace tea: version 2 of its key, 0 keys to wrap.\nWorkspace tea: 0 keys are wrapped under version 2.\n',
      );
      const printed = await done(home.apart(['keys', '--json'], { environment }));
      const [server, first, second] = printed.split('\n').map((line) => (line ? parsed(line) : {}));
      assert.deepEqual([server?.['of'], server?.['workspaceKeys']], ['server', 2]);
      assert.deepEqual([first?.['version'], first?.['current']], [1, false]);
      assert.deepEqual([second?.['version'], second?.['current']], [2, true]);
    } finally {
      home.end();
      await node.app.stop();
      await database.remove();
    }
  });

  const about = { workspace: 'tea', version: 2, resumed: false, rerooted: 0, total: 1_000 };
  const progress = (is: string, rewrapped: number) => ({ is, rewrapped, broken: 0, ...about });
  async function* told() {
    yield progress('begun', 0);
    for (let i = 20; i <= 1_000; i += 20) yield await Promise.resolve(progress('under way', i));
    yield progress('done', 1_000);
  }
  const linesOf = async (command: Command, desk: object) => {
    const lines: string[] = [];
    for await (const row of command.run({}, desk as Desk))
      lines.push(command.words(row, styleFor(false)));
    return lines;
  };

  it('show a bar on a terminal, with a line for the beginning and the end', async () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 20 });
    let painted = '';
    stderr.on('data', (bytes: Buffer) => (painted += bytes.toString()));
    const operator = () => Promise.resolve({ rotateKeys: told });
    const desk = { operator, surroundings: { stderr }, output: { json: false } };
    assert.deepEqual(await linesOf(rotateKeys, desk), [
      'Workspace tea: version 2 of its key, 1000 keys to wrap.',
      'Workspace tea: 1000 keys are wrapped under version 2.',
    ]);
    assert.match(painted, /100% \| 1000 of 1000 keys \| tea/);
  });

  it('say a line for every tenth where there is none', async () => {
    const operator = () => Promise.resolve({ rotateKeys: told });
    const desk = { operator, surroundings: { stderr: { isTTY: false } }, output: { json: false } };
    const lines = await linesOf(rotateKeys, desk);
    assert.equal(lines.length, 12);
    assert.equal(lines[1], 'Workspace tea: 100 of 1000 keys');
  });

  it('say in words what refers to a key, and what may go', async () => {
    const none = {
      ...{ dataKeys: 0, subjectKeys: 0, channels: 0, filters: 0, auditEvents: 0 },
      ...{ erasures: 0, holds: 0 },
    };
    const version = { of: 'workspace', workspaceId: '', workspace: 'tea', rootKey: '2', ...none };
    const unused = {
      ...{ workspaceKeys: 0, signingKeys: 0, ledgerLines: 0, receipts: 0 },
      backups: null as number | null,
    };
    const root = { of: 'server', ...unused, present: true, current: false, removable: false };
    const at = { createdAt: new Date(0), adoptedAt: null };
    async function* found() {
      yield await Promise.resolve({ ...root, rootKey: '2', current: true, workspaceKeys: 2 });
      yield { ...root, rootKey: '1', removable: true, receipts: 3 };
      yield { ...root, rootKey: '0', ledgerLines: 5 };
      yield { ...root, rootKey: 'kept', backups: 2 };
      yield { ...root, rootKey: 'free', backups: 0, removable: true };
      yield { ...root, rootKey: 'far', ledgerLines: null, removable: null };
      yield { ...root, rootKey: 'gone', present: false, signingKeys: 1 };
      yield { ...version, ...at, version: 1, current: false, references: 0, retired: true };
      yield {
        ...{ ...version, ...at, version: 2, current: true, references: 10, retired: false },
        ...{ dataKeys: 4, auditEvents: 3, erasures: 2, holds: 1 },
      };
    }
    const desk = { operator: () => Promise.resolve({ keys: found }) };
    const [current, old, signing, ...more] = await linesOf(keys, desk);
    const [kept, free, unseen, missing, destroyed, newest] = more;
    const nothing = 'signed 0 lines of the ledger of erasures and 0 receipts';
    assert.equal(
      current,
      `Root key 2 (current): wraps 2 workspace keys and 0 signing keys, ${nothing}`,
    );
    assert.equal(
      old,
      'Root key 1 (old): wraps 0 workspace keys and 0 signing keys, signed 0 lines of the ledger of erasures and 3 receipts; it may be removed from the ring, once its public key is kept for them (/v1/receipt-keys); backups under it need it (--backups DIR)',
    );
    assert.match(signing ?? '', /signed 5 lines of the ledger of erasures and 0 receipts$/);
    assert.match(kept ?? '', /0 receipts, seals 2 backups$/);
    assert.match(free ?? '', /seals 0 backups; it may be removed from the ring$/);
    assert.match(unseen ?? '', /whether it may be removed is seen where the ledger is$/);
    assert.match(missing ?? '', /^Root key gone \(MISSING from the settings\)/);
    assert.match(destroyed ?? '', /^Workspace tea, version 1 \(destroyed\) .*: nothing refers/);
    assert.match(
      newest ?? '',
      /version 2 \(current\) .*root key 2: 4 data keys, 3 audit events, 2 erasures, 1 holds$/,
    );
  });
});
