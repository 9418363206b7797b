/** What the server says of channels reaches the log of its channel, where one is open. */
import type { Broadcasts, ChannelId } from '../contract/index.ts';
import type { Log } from './channel-log.ts';

export function tellLogs(
  logs: ReadonlyMap<ChannelId, Pick<Log, 'frame' | 'head' | 'catchUp'>>,
  event: string,
  payload: unknown,
): void {
  if (event === 'channel.events') {
    const frame = payload as Broadcasts['channel.events'];
    logs.get(frame.channelId)?.frame(frame);
  } else if (event === 'channel.heads') {
    const { channels } = payload as Broadcasts['channel.heads'];
    for (const head of channels) logs.get(head.id)?.head(head);
  } else if (event === 'access.changed') {
    const { channelId } = payload as Broadcasts['access.changed'];
    void logs.get(channelId)?.catchUp();
  }
}
