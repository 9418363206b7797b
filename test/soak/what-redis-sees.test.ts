/** Whoever watches Redis learns nothing that people say, are called or come from, and no secret that would let them in. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { behind } from '../support/strangers.ts';
import { clientId } from '../support/two-nodes.ts';
import { signIn, signInRefusal, TwoProcesses } from '../support/two-processes.ts';
import { Connection } from '../support/connection.ts';
import { disguises, Monitor } from './support/monitor.ts';

describe('soak: what Redis is shown by two nodes', function () {
  this.timeout(120_000);
  let nodes: TwoProcesses;
  let monitor: Monitor;
  before(async () => {
    nodes = await TwoProcesses.start({
      async beside({ url }) {
        monitor = await Monitor.of(url); // before the nodes: it hears all that they ever say
        return { url, end: () => monitor.end() };
      },
    });
  });
  after(() => nodes.end());

  const canary = (what: string) => `${what}-${randomBytes(9).toString('hex')}`;

  it('is sealed or an id, whatever people do', async () => {
    const { a, b } = nodes;
    const secrets = new Set(['127.0.0.1']);
    const secret = (what: string) => {
      const text = canary(what);
      secrets.add(text);
      return text;
    };

    // Coming in: registered with and without an invitation, signed in rightly and wrongly, renewed.
    // Of the set-up codes, the one that was made last is good; a server that has an admin makes none.
    const codes = [a.setupCode, b.setupCode].filter((code) => code !== '');
    for (const code of codes) secrets.add(code);
    const invited = (code?: string) => nodes.register('Ada', b, code);
    const admin = await invited(codes[0]).catch(() => invited(codes[1]));
    const [alice, bob] = [
      await nodes.register(secret('Alice'), a),
      await nodes.register(secret('Bob'), b),
    ];
    const grants = [await signIn(a, alice), await signIn(b, { ...bob, address: '203.0.113.10' })];
    const wrong = { ...bob, password: secret('Wrong-Password-1') };
    for (let i = 0; i < 6; i += 1)
      assert.match(
        (await signInRefusal(b, wrong)) ?? 'let in',
        /^(invalid_credentials|rate_limited)$/,
      );
    const stranger = { ...wrong, email: `${secret('nobody')}@example.org`, address: '203.0.113.9' };
    assert.equal(await signInRefusal(a, stranger), 'invalid_credentials');
    for (const { email, password, address } of [admin, alice, bob, stranger])
      for (const text of [email, password, address]) secrets.add(text);
    secrets.add('203.0.113.10');
    const [first] = grants;
    assert.ok(first);
    const renewed = await fetch(`${a.url}/v1/sessions/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...behind(alice.address) },
      body: JSON.stringify({ refreshToken: first.refreshToken, nonce: secret('nonce') }),
    });
    assert.equal(renewed.status, 200);
    grants[0] = (await renewed.json()) as typeof first;
    for (const { accessToken, refreshToken } of [first, ...grants])
      for (const text of [accessToken, refreshToken]) {
        secrets.add(text);
        secrets.add(text.split('.').at(-1) ?? text); // the part that is secret, or the signature
      }
    await assert.rejects(Connection.open(a.url, { token: secret('no-token') }), /unauthenticated/);

    // Talking: a channel, members, messages with their changes, and reading them back.
    const open = (node: typeof a, token?: string) => Connection.open(node.url, { token });
    const [onA, onB] = [
      await open(a, grants[0].accessToken),
      await open(b, grants[1]?.accessToken),
    ];
    const named = { kind: 'private', name: secret('Channel') } as const;
    const { id: channelId } = await onA.call('channel.create', named).accepted();
    const userId = grants[1]?.userId;
    assert.ok(userId);
    await onA.call('member.add', { channelId, userId, role: 'moderator' }).accepted();
    for (const one of [onA, onB]) await one.call('channel.subscribe', { channelId }).accepted();
    const say = (body: string) => ({ channelId, clientId: clientId(), body });
    const { id: messageId } = await onA.call('message.send', say(secret('Body'))).accepted();
    const edited = secret('Edited');
    await onA.call('message.edit', { channelId, messageId, body: edited }).accepted();
    await onB.hearsMessage(({ body }) => body === edited);
    const reason = secret('Deleted-because');
    await onB.call('message.delete', { channelId, messageId, reason }).accepted();
    await onA.hearsMessage(({ content }) => content === 'deleted');
    const overHttp = await fetch(`${b.url}/v1/channels/${channelId}/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${grants[1]?.accessToken ?? ''}`,
        ...behind(bob.address),
      },
      body: JSON.stringify({ clientId: clientId(), body: secret('Over-HTTP') }),
    });
    assert.equal(overHttp.status, 201);
    await onA.hearsMessage(({ body }) => body?.startsWith('Over-HTTP') === true);
    await onB.call('message.history', { channelId }).accepted();
    await onB.call('channel.list', {}).accepted();
    const because = { reason: secret('Removed-because') };
    await onA.call('member.remove', { channelId, userId, ...because }).accepted();
    await onB.hears('access.changed', (changed) => changed.channelId === channelId);
    await onA.call('message.send', say('x'.repeat(4_000))).accepted(); // a long one
    await onA.call('session.close', {}).accepted();
    await onA.closed();
    onB.close();

    const { commands, kinds } = monitor;
    const shown = [...secrets].flatMap((text) =>
      disguises(text, commands).map((how) => `${text} (${how})`),
    );
    const counted = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
    console.log(
      `      MONITOR saw ${commands.length} commands (${counted}); of ${secrets.size} secrets it was shown ${shown.length}`,
    );
    assert.ok((kinds.get('spublish') ?? 0) >= 8, 'the nodes told each other');
    assert.ok((kinds.get('evalsha') ?? 0) >= 20, 'calls were counted');
    assert.deepEqual(shown, []);
  });

  it('would be noticed if it were not, in whatever disguise', async () => {
    const [told, hex, inside] = [canary('planted'), canary('planted'), canary('planted')];
    const channel = await nodes.busChannel();
    await nodes.redis.admin.spublish(channel, JSON.stringify({ body: `"${told}" ü` }));
    await nodes.redis.admin.set(`limit:${Buffer.from(hex).toString('hex')}`, '1');
    const wrapped = Buffer.from(`{"a":"${inside}"}`);
    await nodes.redis.admin.set('note', wrapped.toString('base64'));
    const { commands } = monitor;
    assert.deepEqual(disguises(told, commands), ['plain']);
    assert.deepEqual(disguises(hex, commands), ['hex']);
    assert.equal(disguises(inside, commands).length, 2, 'base64, and base64url where they agree');
    assert.deepEqual(disguises(canary('planted'), commands), []);
    console.log('      planted in plain, in hexadecimal and within base64: all three found');
  });
});
