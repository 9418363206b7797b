/** The logs of a client on a model of a server, and what a client does for them. */
import assert from 'node:assert/strict';
import { Log } from '../../src/client/channel-log.ts';
import { LogSync } from '../../src/client/log-sync.ts';
import { Timers } from '../../src/client/timers.ts';
import type { ChannelFrame, UserId } from '../../src/contract/index.ts';
import type { ModelChannel } from './model-channel.ts';
import { ModelServer } from './model-server.ts';

/** Newest messages that a log keeps. */
export const KEEP = 5;
export const turn = () => new Promise((resolve) => setImmediate(resolve));
/** More than any logs of this size need to become quiet. */
export const settled = async () => {
  for (let n = 0; n < 300; n += 1) await turn();
};

/** One log for each channel, none of them connected. Timers take a turn of the event loop. */
export function clientOf(server: ModelServer, me: UserId | null = null) {
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const timers = new Timers((_milliseconds, task) => {
    const immediate = setImmediate(task);
    return () => clearImmediate(immediate);
  });
  const calls = { call: server.call };
  const sync = new LogSync({ calls, timers, failed });
  const open = ({ id }: ModelChannel) =>
    new Log({
      ...{ id, calls, sync, timers, failed, keep: KEEP },
      outbox: { entries: [], on: () => () => undefined, add: () => Promise.reject(new Error()) },
      me: () => me,
      closed: () => undefined,
    });
  const logs = server.channels.map(open);
  const deliver = (frame: ChannelFrame | null | undefined) => {
    if (!frame || !server.online) return;
    logs.find(({ id }) => id === frame.channelId)?.frame(frame);
  };
  const reconnect = () => {
    server.online = true;
    for (const log of logs) void log.catchUp();
  };
  const disconnect = () => {
    server.disconnect();
    for (const log of logs) log.lost();
  };
  /** Says how far the logs that the connection follows have been told. */
  const tellHeads = () => {
    if (!server.online) return;
    for (const { id, told, isFollowed } of server.channels)
      if (isFollowed) logs.find((log) => log.id === id)?.head(told);
  };
  /** Closes the log and opens it again, as an application does. */
  const reopen = (n: number) => {
    const channel = server.channels[n];
    if (!channel) return;
    logs[n]?.close();
    const log = open(channel);
    logs[n] = log;
    if (server.online) void log.catchUp();
  };
  return { logs, failures, deliver, tellHeads, reconnect, disconnect, reopen };
}

/** A server with one channel and a client with its log; what is said goes out, and arrives, when the story lets it. */
export function single(me: UserId | null = null) {
  const server = new ModelServer();
  const { logs, deliver, tellHeads, reconnect, disconnect } = clientOf(server, me);
  const [channel] = server.channels;
  const [log] = logs;
  assert.ok(channel && log);
  const deliverAll = () => {
    channel.emit();
    for (const frame of server.frames.splice(0)) deliver(frame);
  };
  return { server, channel, log, deliver, deliverAll, tellHeads, reconnect, disconnect };
}

/** Demands that each log is what its channel is now, as far back as it reaches. */
export function assertShow(logs: readonly Log[], channels: readonly ModelChannel[]): void {
  for (const [n, { rev, messages }] of channels.entries()) {
    const log = logs[n];
    assert.ok(log);
    assert.equal(log.state.is, 'live');
    assert.equal(log.rev, rev);
    const shown = log.messages;
    assert.ok(shown.length >= Math.min(1, messages.length));
    assert.deepEqual(shown, messages.slice(messages.length - shown.length));
    assert.equal(log.hasOlder, shown.length < messages.length);
  }
}
