/** Which Redis is used, and that none of them answers without its password. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Clone, eventually, makeClone, processesOf } from '../support/bootstrap-clone.ts';
import { start, stop } from '../support/bootstrap-start.ts';

const which = (name: string) => {
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
};

/** A PATH on which only these programs are found. */
function pathWith(clone: Clone, folder: string, ...names: string[]): string {
  const path = clone.file(folder);
  mkdirSync(path);
  for (const name of ['sh', 'id', 'ps', ...names]) {
    const target = which(name);
    if (target) symlinkSync(target, join(path, name));
  }
  return path;
}

async function say(url: URL, ...lines: string[]): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  socket.write([...lines, 'QUIT', ''].join('\r\n'));
  let reply = '';
  for await (const chunk of socket) reply += String(chunk);
  return reply;
}

/** Each command is sent when the one before is answered. */
/** How long each took, in milliseconds. */
async function pingInTurn(url: URL, times: number): Promise<number[]> {
  const socket = connect(Number(url.port), url.hostname);
  const replies = socket[Symbol.asyncIterator]();
  const took: number[] = [];
  for (const command of [`AUTH ${url.password}`, ...Array.from({ length: times }, () => 'PING')]) {
    const began = performance.now();
    socket.write(`${command}\r\n`);
    assert.match(String((await replies.next()).value), /^\+(OK|PONG)\r\n$/);
    took.push(performance.now() - began);
  }
  socket.destroy();
  return took;
}

describe('Redis beside the server', () => {
  let clone: Clone;
  before(async () => (clone = await makeClone()));
  after(async () => await clone.remove());

  async function isClosedToStrangers(): Promise<void> {
    const url = new URL(clone.seen()['REDIS_URL'] ?? '');
    assert.equal(url.hostname, '127.0.0.1');
    assert.match(url.password, /^[0-9a-f]{48}$/);
    assert.match(await say(url, 'PING'), /^-NOAUTH/);
    assert.match(await say(url, 'AUTH guess', 'PING'), /^-WRONGPASS[^\n]*\n-NOAUTH/);
    const known = await say(
      url,
      `AUTH ${url.password}`,
      'CONFIG GET maxmemory',
      'CONFIG GET save',
      'CONFIG GET appendonly',
    );
    assert.match(known, /268435456[^]*save\r\n\$0\r\n\r\n[^]*appendonly\r\n\$2\r\nno/);
    for (const pid of processesOf(clone.path)) {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      assert.ok(!argv.includes(url.password), argv);
    }
  }

  it('is the redis-server of the machine when there is one', async function () {
    if (!which('redis-server')) this.skip();
    const PATH = pathWith(clone, 'with-redis', 'redis-server');
    const running = await (await start(clone, { env: { PATH } })).ready();
    assert.ok(running.out().includes(`Redis: ${PATH}/redis-server`));
    await isClosedToStrangers();
    assert.equal(await stop(running), 0);
  });

  it('is otherwise an embedded Valkey, which says that it is for evaluation and keeps nothing', async () => {
    const PATH = pathWith(clone, 'without-redis');
    const running = await (await start(clone, { env: { PATH } })).ready();
    assert.match(
      running.out(),
      /embedded Valkey, for evaluation only; it keeps nothing when stopped/,
    );
    await isClosedToStrangers();
    const took = await pingInTurn(new URL(clone.seen()['REDIS_URL'] ?? ''), 30);
    // The quickest of all: each would wait for the next turn of the timer, however quick the machine.
    const least = Math.min(...took.slice(1));
    assert.ok(least < 50, `${least} ms: a command must not wait for the 100 ms timer of Valkey`);
    assert.equal(await stop(running), 0);
  });

  it('ends by itself when the start is killed, if it is the embedded one', async () => {
    const PATH = clone.file('without-redis');
    const running = await (await start(clone, { env: { PATH } })).ready();
    const valkey = clone.recorded().find(({ kind }) => kind === 'redis');
    running.process.kill('SIGKILL');
    await running.ended();
    await eventually('Valkey is gone', () => !processesOf(clone.path).includes(valkey?.pid ?? 0));
    await stop(await (await start(clone, { env: { PATH } })).ready());
  });

  it('is not one that is too old, even when it is first on PATH', async () => {
    const old = clone.file('old-redis');
    mkdirSync(old);
    writeFileSync(join(old, 'redis-server'), '#!/bin/sh\necho "Redis server v=6.0.16 sha=0"\n');
    chmodSync(join(old, 'redis-server'), 0o755);
    const PATH = [old, clone.file('without-redis')].join(delimiter);
    const running = await (await start(clone, { env: { PATH } })).ready();
    assert.match(running.out(), /embedded Valkey/);
    await stop(running);
  });
});
