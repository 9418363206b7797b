/** What was committed is sent, effect by effect: one that fails takes no other with it, and none is lost in silence. */
import assert from 'node:assert/strict';
import type {
  ChannelId,
  Jti,
  RefusalCode,
  SessionId,
  UserId,
  WorkspaceId,
} from '../../src/contract/index.ts';
import { Refusal, type Call, type Effect } from '../../src/kernel/index.ts';
import { publisher, type PublishOptions } from '../../src/wiring/publish.ts';

const workspaceId = '01a1fd5b-a961-73c8-bf3c-000000000001' as WorkspaceId;
const channelId = '01a1fd5b-a961-73c8-bf3c-000000000002' as ChannelId;
const userId = '01a1fd5b-a961-73c8-bf3c-000000000003' as UserId;
const sessionId = '01a1fd5b-a961-73c8-bf3c-000000000004' as SessionId;
const jti = '01a1fd5b-a961-73c8-bf3c-000000000005' as Jti;

const call: Call = {
  input: {},
  credential: { kind: 'proved', claims: { workspaceId, userId, sessionId, jti, expiresAt: 0 } },
  origin: { transport: 'socket', address: '127.0.0.1', userAgent: null, connectionId: 'c1' },
  traceId: 't',
};
const changed: Effect = { effect: 'channel-changed', workspaceId, channelId, last: 1, events: [] };
const ended: Effect = { effect: 'session-ended', sessionId, closure: 'session_ended' };
const subscribe: Effect = { effect: 'subscribe', workspaceId, channelId };

/** The ports, each noting what it was asked for. */
function ports({
  joined = true,
  breaks = false,
  answer = Promise.resolve(joined),
  token = null as RefusalCode | null,
} = {}) {
  const subscribed: object[] = [];
  const asked: string[] = [];
  const failures: unknown[] = [];
  const options = {
    followers: {
      changed: () => {
        asked.push('changed');
        if (breaks) throw new Error('broken');
      },
      subscribe: (
        _workspace: string,
        id: string,
        _connection: string,
        _user: string,
        covered: unknown,
      ) => {
        subscribed.push({ id, covered });
        return answer;
      },
    },
    rooms: {
      closeSession: (_id: string, _closure: string, asking: string | null) =>
        asked.push(`session closed, asked by ${asking}`),
      closeToken: (_id: string, token: string, asking: string | null) =>
        asked.push(`token ${token === jti} closed, asked by ${asking}`),
      closeConnection: (id: string, code: string) => asked.push(`closed ${id} ${code}`),
    },
    forget: () => asked.push('forgotten'),
    reauthorise: (id: string) => asked.push(`${id} reauthorised`),
    tokenStands: () =>
      token === null ? Promise.resolve({ role: 'user' }) : Promise.reject(new Refusal(token)),
    readControl: () => asked.push('control read'),
    lease: { held: true, mayDeliver: () => true, required: () => Promise.resolve() },
    notify: ({ effect }: Effect) => asked.push(`notified ${effect}`),
    failed: (error: unknown) => failures.push(error),
  } as unknown as PublishOptions;
  return { asked, subscribed, failures, ...publisher(options) };
}

describe('publishing', () => {
  it('reads the control feed at once where something was written to it, here and on the other nodes', async () => {
    const { asked, publish } = ports();
    await publish([{ effect: 'control-recorded' }], call);
    assert.deepEqual(asked, ['control read', 'notified control-recorded']);
  });

  it('goes on after an effect that fails, and says so', async () => {
    const { asked, failures, publish } = ports({ breaks: true });
    await publish([changed, ended], call);
    const closed = 'session closed, asked by c1';
    assert.deepEqual(asked, ['changed', 'forgotten', closed, 'notified session-ended']);
    assert.equal(failures.length, 1);
  });

  it('spares nobody for a turn when the end of a session is heard of from elsewhere', () => {
    const { asked, here } = ports();
    here({ effect: 'session-ended', sessionId, closure: 'session_ended' });
    assert.deepEqual(asked, ['forgotten', 'session closed, asked by null']);
  });

  it('forgets the session of a revoked token before it closes what rests on it', async () => {
    const { asked, publish } = ports();
    await publish([{ effect: 'token-revoked', sessionId, jti }], call);
    const closed = 'token true closed, asked by c1';
    assert.deepEqual(asked, ['forgotten', closed, 'notified token-revoked']);
  });

  const reauthorised = async (token: RefusalCode | null) => {
    const { asked, publish } = ports({ token });
    const claims = { workspaceId, userId, sessionId, jti, expiresAt: 1 };
    await publish([{ effect: 'reauthorised', claims }], call);
    await Promise.resolve();
    return asked.filter((what) => !what.startsWith('notified'));
  };

  it('lets a connection go on under the newer token that it brought', async () => {
    assert.deepEqual(await reauthorised(null), ['c1 reauthorised']);
  });

  it('closes it where that token was revoked before it counted, or where nobody can say', async () => {
    const closing = (why: string) => ['c1 reauthorised', `closed c1 ${why}`];
    assert.deepEqual(await reauthorised('token_revoked'), closing('token_revoked'));
    assert.deepEqual(await reauthorised('unavailable'), closing('access_changed'));
  });

  it('closes a connection whose subscription came to nothing after its yes', async () => {
    const { asked, publish } = ports({ joined: false });
    await publish([subscribe], call);
    assert.ok(asked.includes('closed c1 resubscribe'));
  });

  it('begins all subscriptions of a call at the same time, each with what its answer covers', async () => {
    let answer = (): void => undefined;
    const later = new Promise<boolean>((resolve) => (answer = () => resolve(true)));
    const { subscribed, publish } = ports({ answer: later });
    const covered = { rev: 7, epoch: 1 };
    const published = publish([{ ...subscribe, covered }, subscribe], call);
    assert.deepEqual(subscribed, [
      { id: channelId, covered },
      { id: channelId, covered: null },
    ]);
    answer();
    await published;
  });

  it('leaves a connection alone that is subscribed', async () => {
    const { asked, publish } = ports();
    await publish([subscribe], call);
    assert.deepEqual(asked, ['notified subscribe']);
  });
});
