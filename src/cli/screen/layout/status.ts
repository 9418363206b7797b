/** The lowest line: whether one is connected, who one is and where, and what else there is to know. */
import type { State } from '../../../client/index.ts';
import { span, spread, type Line, type Span } from './line.ts';
import { widthOf } from './width.ts';

export interface StatusParts {
  readonly connection: State;
  readonly hasBeenOnline: boolean;
  readonly me: string;
  readonly server: string;
  /** One's own messages in all channels that are not there yet. */
  readonly unsent: number;
}

/** Shown as far as there is room, from the left. */
const HINTS = ['/help', 'Alt-↑↓ channels', 'PgUp PgDn scroll', 'Ctrl-C quit'];

export function statusLine(parts: StatusParts, width: number): Line {
  const { me, server, unsent } = parts;
  const waiting = unsent > 0 ? [span(` · ${unsent} unsent`, 'notice')] : [];
  const left = [span(' '), connectionWords(parts), ...waiting, span(` · ${me}`)];
  const where = span(` · ${server}`, 'quiet');
  const room = width - left.reduce((sum, { text }) => sum + widthOf(text), 0) - 1;
  const rest = room - widthOf(where.text);
  const hints = HINTS.reduce((line, hint) => {
    const longer = line === '' ? hint : `${line} · ${hint}`;
    return widthOf(longer) <= rest - 2 ? longer : line;
  }, '');
  return spread([...left, where], hints === '' ? [] : [span(`${hints} `, 'quiet')], width);
}

function connectionWords({ connection, hasBeenOnline }: StatusParts): Span {
  switch (connection.is) {
    case 'online':
      return span('● online', 'good');
    case 'connecting':
      return span(hasBeenOnline ? '◌ reconnecting' : '◌ connecting', 'notice');
    case 'offline':
    case 'signed-out':
      return span('○ offline', 'alert');
  }
}

/** What to say across the screen while there is no connection; null while there is one. */
export function bannerText({ connection, hasBeenOnline, server }: StatusParts): string | null {
  if (connection.is === 'online') return null;
  if (connection.is === 'connecting')
    return hasBeenOnline
      ? 'No connection. Trying again; what you write is kept, and sent as soon as there is one.'
      : `Connecting to ${server} …`;
  return 'The server ended the connection for good. /quit, and start again.';
}
