/** How much of everything: a row per limit, with its windows, whom it counts by, and what holds without Redis. */
import type { LimitName, WorkspaceRole } from '../contract/index.ts';

/** Whom a window counts: a client address, a signed-in user, or what the call names (an account). */
export type CountedBy = 'address' | 'user' | 'named';

/**
 * What decides when the store of the shared windows fails; no row is ever left open.
 * `local`: this node counts by itself from then on, so each node admits that much.
 * `local-strict`: this node counts every call that it admits at all times, so that losing the store, or getting it
 * back empty, gives nobody a fresh start; and what it refuses by itself never reaches the store.
 */
export type StoreFailure = 'local' | 'local-strict';

export interface Window {
  readonly by: CountedBy;
  readonly milliseconds: number;
  /** Calls allowed in any stretch of that length; by workspace role where they differ. */
  readonly calls: number | Readonly<Record<WorkspaceRole, number>>;
}

export interface LimitRow {
  readonly whenStoreFails: StoreFailure;
  readonly windows: readonly Window[];
}

export type LimitTable = Readonly<Record<LimitName, LimitRow>>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Requirement F2. What a busy person does in chat has rows of its own, apart from changes of state. */
export const LIMIT_TABLE: LimitTable = {
  'auth.login': {
    whenStoreFails: 'local-strict',
    windows: [
      { by: 'address', milliseconds: MINUTE, calls: 5 },
      { by: 'named', milliseconds: MINUTE, calls: 5 },
    ],
  },
  // Who shows the token of a device on which the account was opened before: apart from `auth.login`, so that a stranger
  // who tries passwords of the account does not keep its owner out. `named` is the device.
  'auth.login.known': {
    whenStoreFails: 'local-strict',
    windows: [
      { by: 'address', milliseconds: MINUTE, calls: 30 },
      { by: 'named', milliseconds: MINUTE, calls: 5 },
    ],
  },
  'auth.register': {
    whenStoreFails: 'local-strict',
    windows: [{ by: 'address', milliseconds: MINUTE, calls: 2 }],
  },
  'auth.refresh': {
    whenStoreFails: 'local-strict',
    windows: [{ by: 'address', milliseconds: MINUTE, calls: 60 }],
  },
  // Guesses of somebody who holds a session and not the password.
  'auth.password': {
    whenStoreFails: 'local-strict',
    windows: [
      { by: 'user', milliseconds: MINUTE, calls: 5 },
      { by: 'user', milliseconds: HOUR, calls: 20 },
    ],
  },
  // Each call may be a mail to somebody who did not ask for it.
  'auth.reset': {
    whenStoreFails: 'local-strict',
    windows: [
      { by: 'address', milliseconds: MINUTE, calls: 5 },
      { by: 'named', milliseconds: HOUR, calls: 5 },
    ],
  },
  'auth.verify': {
    whenStoreFails: 'local-strict',
    windows: [{ by: 'user', milliseconds: HOUR, calls: 5 }],
  },
  // Codes out of mails: they cannot be guessed, but a good one costs a password hash.
  'auth.code': {
    whenStoreFails: 'local-strict',
    windows: [{ by: 'address', milliseconds: MINUTE, calls: 10 }],
  },
  'state.write': {
    whenStoreFails: 'local',
    windows: [
      {
        by: 'user',
        milliseconds: HOUR,
        calls: {
          user: 1_000,
          moderator: 5_000,
          admin: 10_000,
          auditor: 1_000,
          guest: 1_000,
          system: 0,
        },
      },
    ],
  },
  'message.write': {
    whenStoreFails: 'local',
    windows: [
      { by: 'user', milliseconds: 5 * SECOND, calls: 20 },
      { by: 'user', milliseconds: MINUTE, calls: 120 },
    ],
  },
  // Each call is work for a moderator.
  'report.create': {
    whenStoreFails: 'local',
    windows: [
      { by: 'user', milliseconds: MINUTE, calls: 10 },
      { by: 'user', milliseconds: HOUR, calls: 60 },
    ],
  },
  // Enough to invite people one by one; who works through a list of addresses waits a minute for each.
  'user.find': {
    whenStoreFails: 'local-strict',
    windows: [{ by: 'user', milliseconds: HOUR, calls: 60 }],
  },
  // Each looks at all that happened in a period.
  statistics: {
    whenStoreFails: 'local',
    windows: [{ by: 'user', milliseconds: HOUR, calls: 100 }],
  },
  read: {
    whenStoreFails: 'local',
    windows: [{ by: 'user', milliseconds: MINUTE, calls: 600 }],
  },
  // One call follows up to 200 channels: apart from reads, so that coming back with many of them starves no reading.
  sync: {
    whenStoreFails: 'local',
    windows: [{ by: 'user', milliseconds: MINUTE, calls: 120 }],
  },
  // What a client says by itself while somebody reads and writes: five a second, apart from what they mean to do.
  signal: {
    whenStoreFails: 'local',
    windows: [{ by: 'user', milliseconds: MINUTE, calls: 300 }],
  },
};

/** What the door of HTTP counts: probes apart, so that no client uses up a probe's. */
export type HttpDoorName = 'http.request' | 'http.probe';

/** What an address is admitted to before anything that it sends is read. */
export type AdmissionName = HttpDoorName | 'socket.handshake';

export interface AdmissionRow {
  /**
   * What the nodes share: a window that slides, or one that is fixed from its first call on, around whose end twice
   * as much as is allowed may fit. What a node counts by itself slides in any case.
   */
  readonly window: 'fixed' | 'sliding';
  readonly milliseconds: number;
  readonly calls: number;
  /** The only policy for those whom nobody knows yet. */
  readonly whenStoreFails: Extract<StoreFailure, 'local-strict'>;
}

/** Counted by address alone: nobody is known yet. */
export type AdmissionTable = Readonly<Record<AdmissionName, AdmissionRow>>;

/** The rows of the door; their sizes are settings. */
export function admissionTable(sizes: {
  readonly requestsPerHour: number;
  readonly handshakesPerMinute: number;
}): AdmissionTable {
  const fixed = { window: 'fixed', whenStoreFails: 'local-strict' } as const;
  return {
    'http.request': { ...fixed, milliseconds: HOUR, calls: sizes.requestsPerHour },
    'http.probe': { ...fixed, milliseconds: MINUTE, calls: 120 },
    'socket.handshake': {
      window: 'sliding',
      milliseconds: MINUTE,
      calls: sizes.handshakesPerMinute,
      whenStoreFails: 'local-strict',
    },
  };
}
