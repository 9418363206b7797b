/** The list of channels: where one is, what is unread, what is private, each by a character of its own as well as by a colour. */
import { columnsIn, cut, filled, lineOf, span, type Line } from './line.ts';

export interface SidebarRoom {
  /** With its mark: `#general`, `*board`. */
  readonly label: string;
  readonly unread: number;
  /** Something written there was refused, and waits for its author. */
  readonly hasFailed: boolean;
  readonly isCurrent: boolean;
}

/** Above this, how many it is exactly makes no difference. */
const MOST_UNREAD = 999;

export function sidebarLines(
  title: string,
  rooms: readonly SidebarRoom[],
  width: number,
  height: number,
): Line[] {
  const { shown, above, below } = around(rooms, height - 1);
  return [
    cut(lineOf(` ${title}`, 'strong'), width),
    ...(above.length > 0 ? [moreLine('↑', above)] : []),
    ...shown.map((room) => roomLine(room, width)),
    ...(below.length > 0 ? [moreLine('↓', below)] : []),
  ];
}

function roomLine({ label, unread, hasFailed, isCurrent }: SidebarRoom, width: number): Line {
  const tone = isCurrent ? 'selected' : unread > 0 ? 'strong' : 'plain';
  const count = unread > MOST_UNREAD ? `${MOST_UNREAD}+` : unread > 0 ? String(unread) : '';
  const right = `${hasFailed ? '!' : ''}${count === '' ? '' : ` ${count}`} `;
  const left = cut(
    [span(`${isCurrent ? '›' : ' '}${label}`, tone)],
    width - columnsIn([span(right)]),
  );
  return [...filled(left, width - columnsIn([span(right)])), span(right, tone)];
}

function moreLine(arrow: string, rooms: readonly SidebarRoom[]): Line {
  const unread = rooms.reduce((sum, room) => sum + room.unread, 0);
  return lineOf(` ${arrow} ${rooms.length} more${unread > 0 ? ` (${unread})` : ''}`, 'quiet');
}

/** As many rooms as there is room for, the current one among them. */
function around(rooms: readonly SidebarRoom[], height: number) {
  if (rooms.length <= height) return { shown: rooms, above: [], below: [] };
  const room = Math.max(1, height - 2);
  const current = Math.max(
    0,
    rooms.findIndex(({ isCurrent }) => isCurrent),
  );
  const from = Math.max(0, Math.min(current - Math.floor(room / 2), rooms.length - room));
  return {
    shown: rooms.slice(from, from + room),
    above: rooms.slice(0, from),
    below: rooms.slice(from + room),
  };
}
