/** What reaches Redis says nothing about a person: ids and keyed digests, no address and no e-mail. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import request from 'supertest';
import { eventually } from '../support/bootstrap-clone.ts';
import { Connection } from '../support/connection.ts';
import { apart, behind } from '../support/strangers.ts';
import { World } from '../support/world.ts';

const random = randomBytes(6).toString('hex');
const EMAIL = `ali.${random}@example.org`;
const IPV4 = `203.0.113.${Math.floor(Math.random() * 200) + 10}`;
const IPV6 = `2001:db8:${random.slice(0, 4)}:${random.slice(4, 8)}::7`;
const PASSWORD = `Wrong-${random}-Horse`;

/** Every command that Redis carries out, in its own words. ioredis loses its place when a busy Redis is monitored. */
async function monitored(url: string): Promise<{ text: () => string; end: () => void }> {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  const greeted = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (/^(\+OK\r\n){1,2}/.test(text)) resolve();
      if (text.startsWith('-')) reject(new Error(text));
    });
    socket.on('error', reject);
  });
  const login = [username, password].filter(Boolean).map(decodeURIComponent).join(' ');
  socket.write(`${login && `AUTH ${login}\r\n`}MONITOR\r\n`);
  await greeted;
  return { text: () => text, end: () => socket.destroy() };
}

describe('the keys of the limits', () => {
  let world: World;
  let redis: Redis;
  let monitor: Awaited<ReturnType<typeof monitored>>;
  before(async () => {
    const url = process.env['REDIS_URL'] ?? '';
    world = await World.create({ environment: apart() });
    redis = new Redis(url);
    monitor = await monitored(url);
  });
  after(async () => {
    monitor.end();
    redis.disconnect();
    await world.end();
  });

  /** Redis shows commands in their order: once this one is seen, all before it were. */
  async function settled(): Promise<void> {
    const last = `last ${randomBytes(8).toString('hex')}`;
    await redis.echo(last);
    await eventually('Redis showed everything', () => monitor.text().includes(last));
  }

  it('hold no e-mail, address, password or token of whoever signs in, asks or connects', async () => {
    const alice = await world.person('Alice');
    for (const address of [IPV4, IPV6]) {
      const input = { workspace: world.slug, email: EMAIL, password: PASSWORD };
      const answer = await request(world.url).post('/v1/sessions').set(behind(address)).send(input);
      assert.equal(answer.status, 401);
      await request(world.url).get('/nowhere').set(behind(address));
      const auth = { token: alice.accessToken };
      const options = { extraHeaders: behind(address) };
      (await Connection.open(world.url, auth, options)).close();
    }
    await alice.call('channel.list', {}).accepted();
    await settled();

    const all = monitor.text();
    for (const [name, count] of [
      ['auth.login', 2],
      ['http.request', 4],
      ['socket.handshake', 2],
      ['read', 1],
    ] as const)
      assert.ok(all.split(`:${name}:`).length > count, `${name} was counted: ${all.slice(0, 500)}`);
    assert.ok(all.includes(`limit:{${world.workspaceId}}:read:user:60000:${alice.userId}`));

    const network = IPV6.split(':').slice(0, 4).join(':');
    const secrets = [EMAIL, random, IPV4, network, PASSWORD, 'Alice', alice.accessToken];
    for (const secret of secrets) assert.ok(!all.includes(secret), `${secret} reached Redis`);
    for (const secret of secrets) {
      const encoded = Buffer.from(secret).toString('base64url').slice(0, -1);
      assert.ok(!all.includes(encoded), `${secret} reached Redis in base64`);
    }
  });

  it('of one call share a hash tag, so that a cluster can run the script on them', () => {
    const lines = monitor.text().split('\r\n');
    const runs = lines.filter((line) => /"evalsha".*"limit:/.test(line));
    assert.ok(runs.length > 5);
    for (const line of runs) {
      const tags = [...line.matchAll(/\blimit:\{([^}]+)\}/g)].map(([, tag]) => tag);
      assert.ok(tags.length > 0);
      assert.equal(new Set(tags).size, 1, line);
    }
  });
});
