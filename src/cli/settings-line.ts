/** What a channel is, in one line of words, as it is told when that changes. */
import type { Channel } from '../client/index.ts';
import { printable } from './printable.ts';

type Settings = Pick<
  Channel,
  'kind' | 'name' | 'topic' | 'historyPolicy' | 'readOnly' | 'archived'
>;

export function settingsLine(settings: Settings): string {
  const { kind, name, topic, historyPolicy, readOnly, archived } = settings;
  const words: string[] = [kind];
  if (historyPolicy === 'since-join') words.push('history since joining');
  if (readOnly) words.push('read-only');
  if (archived) words.push('archived');
  const about = topic === null ? '' : `, about “${printable(topic)}”`;
  return `the channel is now ${printable(name)}${about} (${words.join(', ')})`;
}
