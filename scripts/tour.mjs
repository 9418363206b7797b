// A tour of the wire with plain socket.io-client: two people register, talk, moderate, leave, and come back whole.
// Usage: node scripts/tour.mjs [http://127.0.0.1:3000]
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import { v7 as uuidv7 } from 'uuid';

const url = process.argv[2] ?? 'http://127.0.0.1:3000';
const PATIENCE_MS = 10_000;
const run = randomBytes(4).toString('hex');
let step = 0;
const tell = (text) => console.log(`${String((step += 1)).padStart(2)}. ${text}`);

const alice = await newcomer('Alice');
const bob = await newcomer('Bob');
tell('Two people registered and signed in over HTTP.');

await connect(alice);
await connect(bob);
tell('Both are connected: WebSocket only, the token in the handshake.');

const { id: channelId } = await call(alice, 'channel.create', { kind: 'private', name: 'Tour' });
assert.equal((await ask(bob, 'channel.read', { channelId })).error.code, 'not_found');
tell('Alice made a private channel. For Bob it does not exist.');

await call(alice, 'member.add', { channelId, userId: bob.userId, role: 'moderator' });
await heard(bob, 'access.changed', (change) => change.channelId === channelId);
await call(alice, 'channel.subscribe', { channelId });
await call(bob, 'channel.subscribe', { channelId });
tell('Alice added Bob as a moderator; both follow the channel.');

const hello = await send(alice, 'Hello Bob');
const answer = await send(bob, 'Hello Alice');
await message(bob, (m) => m.id === hello.id && m.body === 'Hello Bob');
await message(alice, (m) => m.id === answer.id && m.body === 'Hello Alice');
tell(`They talk: posts ${hello.seq} and ${answer.seq} arrived on both sides.`);

const rude = await send(alice, 'Something rude');
await call(bob, 'message.delete', { channelId, messageId: rude.id, reason: 'rude' });
const tombstone = await message(alice, (m) => m.id === rude.id && m.content === 'deleted');
assert.equal(tombstone.body, null);
tell(`Bob deleted post ${rude.seq}; its tombstone arrived, without a text.`);

await call(alice, 'member.remove', { channelId, userId: bob.userId });
const removal = await event(bob, (e) => e.kind === 'member' && e.member.state === 'left');
const unheard = await send(alice, 'Not for Bob');
await message(alice, (m) => m.id === unheard.id);
await ask(bob, 'role.describe', {}); // whatever was sent to Bob before has arrived by now
assert.ok(events(bob).every(({ rev }) => rev <= removal.rev));
assert.equal(
  (await ask(bob, 'channel.resume', { channelId, rev: 0, epoch: 1 })).error.code,
  'not_found',
);
tell('Alice removed Bob. He heard of that and of nothing later, and cannot read on.');

bob.socket.close();
await call(alice, 'member.add', { channelId, userId: bob.userId });
const meanwhile = await send(alice, 'While you were away');
await connect(bob);
await call(bob, 'channel.subscribe', { channelId });
const missed = await resume(bob, removal.rev);
assert.deepEqual(
  missed.filter((e) => e.kind === 'message').map((e) => e.message.id),
  [unheard.id, meanwhile.id],
);
const revs = [...missed.map(({ rev }) => rev)];
assert.deepEqual(
  revs,
  revs.toSorted((a, b) => a - b),
);
const live = await send(alice, 'Welcome back');
await message(bob, (m) => m.id === live.id);
tell(
  `Bob was added again, reconnected and resumed from revision ${removal.rev}: nothing is missing.`,
);

alice.socket.close();
bob.socket.close();
console.log('Done.');

async function newcomer(displayName) {
  const email = `${displayName.toLowerCase()}-${run}@example.org`;
  const password = `${randomBytes(12).toString('base64url')}aA1!`;
  await post('/v1/accounts', { email, password, displayName });
  const { userId, accessToken } = await post('/v1/sessions', { email, password });
  return { displayName, userId, accessToken, frames: [], told: [], waiting: new Set() };
}

async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply = await response.json();
  if (reply.code === 'rate_limited') {
    console.log(
      `    (the limit on ${path} asks to wait ${Math.ceil(reply.retryAfterMs / 1_000)} s)`,
    );
    await new Promise((resolve) => setTimeout(resolve, reply.retryAfterMs));
    return post(path, body);
  }
  assert.ok(response.ok, `${path}: ${JSON.stringify(reply)}`);
  return reply;
}

async function connect(person) {
  const auth = { token: person.accessToken };
  const socket = io(url, { transports: ['websocket'], auth, reconnection: false, forceNew: true });
  person.socket = socket;
  socket.onAny((name, payload) => {
    if (name === 'channel.events') person.frames.push(payload);
    else person.told.push({ name, payload });
    for (const look of person.waiting) look();
  });
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
}

function ask({ socket }, name, input) {
  return socket.timeout(PATIENCE_MS).emitWithAck(name, input);
}

async function call(person, name, input) {
  const reply = await ask(person, name, input);
  assert.ok(reply.ok, `${person.displayName} ${name}: ${JSON.stringify(reply.error)}`);
  return reply.data;
}

function send(person, body) {
  return call(person, 'message.send', { channelId, clientId: uuidv7(), body });
}

async function resume(person, since) {
  const all = [];
  for (let rev = since; ;) {
    const page = await call(person, 'channel.resume', { channelId, rev, epoch: 1 });
    assert.equal(page.reset, false);
    all.push(...page.events);
    rev = page.upTo;
    if (rev === page.head) return all;
  }
}

function events(person) {
  return person.frames.flatMap((frame) => frame.events);
}

function event(person, when) {
  return until(person, () => events(person).find(when));
}

async function message(person, when) {
  const found = await event(person, (e) => e.kind === 'message' && when(e.message));
  return found.message;
}

function heard(person, name, when) {
  return until(person, () => person.told.find((t) => t.name === name && when(t.payload)));
}

function until(person, find) {
  return new Promise((resolve, reject) => {
    const finish = (act, value) => {
      clearTimeout(timer);
      person.waiting.delete(look);
      act(value);
    };
    const look = () => {
      const found = find();
      if (found) finish(resolve, found);
    };
    const late = new Error(`${person.displayName} waited in vain: ${find}`);
    const timer = setTimeout(() => finish(reject, late), PATIENCE_MS);
    person.waiting.add(look);
    look();
  });
}
