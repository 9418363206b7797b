/** Of every action whose entry names whom it is about, it was decided whether they are told; nothing else is. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOLD } from '../../src/audit/told.ts';
import { operations } from '../../src/operations.ts';
import { archiveOf, ExportWorld } from '../privacy/exporting.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');

/** Stands for whatever a record reads: every property of it, and what it gives when it is called. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '1' : anything),
  apply: () => anything,
});

/** Whether the record says so by itself, or gives it, as where a function of the domain makes the facts. */
function namesWhom(operation: (typeof operations)[number]): boolean {
  if (!('record' in operation.audit)) return false;
  const record = operation.audit.record as (from: unknown) => object | null;
  const [domain] = readdirSync(SRC).filter((folder) =>
    existsSync(join(SRC, folder, 'operations', `${operation.name}.ts`)),
  );
  const text = readFileSync(join(SRC, domain ?? '', 'operations', `${operation.name}.ts`), 'utf8');
  if (/\bsubjectId\b/.test(text)) return true;
  try {
    return 'subjectId' in (record(anything) ?? {});
  } catch {
    return false; // it takes apart what it reads; then it calls nothing that makes the facts
  }
}

/** What an operator does on the machine is recorded under the same names. */
const byOperator = [
  ...readFileSync(join(SRC, 'auth', 'by-operator.ts'), 'utf8').matchAll(/record\('([\w.-]+)'/g),
].map(([, action = '']) => action);

describe('what people are told of what others did about them', () => {
  it('is decided for every action that names whom it is about', () => {
    const named = [...operations.filter(namesWhom).map(({ name }) => name), ...byOperator];
    for (const action of ['report.create', 'user.lock', 'message.pin', 'session.list', 'hold.lift'])
      assert.ok(named.includes(action), action);
    assert.deepEqual(
      named.filter((action) => TOLD[action] === undefined),
      [],
    );
    const known = new Set<string>([...named, 'erasure.run', 'hold.open']);
    assert.deepEqual(
      Object.keys(TOLD).filter((action) => !known.has(action)),
      [],
    );
  });

  it('is nothing of reports of what they wrote, in an export of somebody who was muted for it', async () => {
    const at = await ExportWorld.create();
    try {
      const [ada, bob] = [await at.holder('Ada'), await at.holder('Bob')];
      const { id: channelId } = await at.world.channel(bob.person, [ada.person]);
      const { id: messageId } = await ada.person
        .send(channelId, 'rude', at.world.clientId())
        .accepted();
      const report = { channelId, messageId, category: 'spam' } as const;
      await bob.person.call('report.create', report).accepted();
      await bob.person.call('report.list', { channelId }).accepted();
      const mute = { channelId, userId: ada.person.userId, reason: 'rude', durationMs: 60_000 };
      await bob.person.call('member.mute', mute).accepted();
      const archive = await archiveOf(at.world, ada);
      const told = archive.rows('activity-about-me').map(({ action }) => String(action));
      assert.deepEqual(told.sort(), ['member.add', 'member.mute']);
    } finally {
      await at.end();
    }
  });
});
