/** The settings of the door of sockets: how many may try, wait, stay and say something. */
import { count } from './setting-shapes.ts';

export const SOCKET_SETTINGS = {
  SOCKET_HANDSHAKES_PER_MINUTE: {
    schema: count(1, 1_000_000),
    about: 'Attempts to connect a socket a minute per client address (IPv6: per /64).',
    allowed: '1-1000000',
    standard: '300',
  },
  SOCKET_HANDSHAKES_PROVED: {
    schema: count(1, 1_000),
    about:
      'Handshakes of sockets that are proved at a time; fewer than DATABASE_CONNECTIONS, so that calls keep the rest.',
    allowed: '1-1000',
    standard: '4',
  },
  SOCKET_HANDSHAKES_WAITING: {
    schema: count(1, 100_000),
    about: 'Handshakes of sockets that may wait to be proved; more are told when to come back.',
    allowed: '1-100000',
    standard: '1000',
  },
  SOCKETS_PER_ADDRESS: {
    schema: count(1, 1_000_000),
    about: 'Sockets that a client address (IPv6: a /64) may have open on one node.',
    allowed: '1-1000000',
    standard: '500',
  },
  SOCKET_FRAMES_PER_SECOND: {
    schema: count(1, 1_000_000),
    about: 'Frames a second that one socket may send over a longer time.',
    allowed: '1-1000000',
    standard: '50',
  },
  SOCKET_FRAMES_BURST: {
    schema: count(10, 100_000_000),
    about: 'Frames that one socket may send at once after being quiet; more close it as flooding.',
    allowed: '10-100000000',
    standard: '250',
  },
  PRESENCE_HEARTBEAT_MS: {
    schema: count(200, 60_000),
    about:
      'How often a node says who is present on it; who was on a node that died is shown as present for up to four times as long.',
    allowed: '200-60000',
    standard: '10000',
  },
} as const;
