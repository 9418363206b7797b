/** Channels as people name them: by a name, the beginning of one, or an id; what could mean two is asked back. */
import type { Channel, ChannelId } from '../client/index.ts';
import type { Desk } from './desk.ts';
import { Failure, misused } from './failure.ts';
import { printable } from './printable.ts';

type Lists = Desk<'channel.list'>;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The most that one answer holds. */
const PAGE = 200;

/** Every channel that the caller is in or may see, in order of name. */
export async function allChannels({ call }: Pick<Lists, 'call'>): Promise<Channel[]> {
  const all: Channel[] = [];
  for (let more = true; more;) {
    const after = all.at(-1)?.id;
    const page = await call('channel.list', { limit: PAGE, ...(after && { after }) });
    all.push(...page.channels);
    more = page.more && page.channels.length > 0;
  }
  return all.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

/**
 * The channel of this name; the only one whose name begins so; or the one with this id. Capitals count only where
 * two names differ by nothing else. Throws Failure `not_found` or `ambiguous_channel`.
 */
export async function findChannel(
  named: string,
  desk: Pick<Lists, 'call'>,
): Promise<Pick<Channel, 'id' | 'name'>> {
  const text = named.replace(/^#/, '').normalize('NFC');
  const channels = await allChannels(desk);
  if (ID.test(text)) {
    const id = text.toLowerCase() as ChannelId;
    return channels.find((channel) => channel.id === id) ?? { id, name: id };
  }
  const wanted = folded(text);
  const ways: ((name: string) => boolean)[] = [
    (name) => name.normalize('NFC') === text,
    (name) => folded(name) === wanted,
    (name) => wanted !== '' && folded(name).startsWith(wanted),
  ];
  for (const fits of ways) {
    const found = channels.filter(({ name }) => fits(name));
    const [first] = found;
    if (first && found.length === 1) return first;
    if (first) throw ambiguous(text, found);
  }
  throw new Failure({
    exit: 'refused',
    code: 'not_found',
    sentence: `There is no channel “${printable(text)}” that you can see. conclave channels lists them.`,
  });
}

/** As many as a person reads. */
const SHOWN = 5;

function ambiguous(text: string, found: readonly Channel[]): Failure {
  const some = found.slice(0, SHOWN).map(({ name, id }) => `${printable(name)} (${id})`);
  const rest = found.length > SHOWN ? `, and ${found.length - SHOWN} more` : '';
  return misused(
    `“${printable(text)}” could be ${some.join(', ')}${rest}. Write more of the name, or the id.`,
    'ambiguous_channel',
  );
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
