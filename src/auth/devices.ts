/** Where a session was opened: sealed under the key of its subject, and shown to that subject alone, in outline. */
import { z } from 'zod';
import type { SessionId, UserId, WorkspaceId } from '../contract/index.ts';
import { open, unlessBroken, type Envelope, type Place, type Vault } from '../crypto/index.ts';
import { maskedAddress } from '../kernel/index.ts';
import type { ProfileAlert } from './profiles.ts';
import type { AuthRows } from './store.ts';

const Device = z.object({
  /** What its owner called it when signing in. */
  name: z.string().nullable(),
  address: z.string(),
  userAgent: z.string().nullable(),
});
export type Device = Readonly<z.infer<typeof Device>>;

/** What can be told of a device; all null where nothing is known, or what is stored does not open. */
export interface ShownDevice {
  readonly device: string | null;
  /** Program and system, e.g. `Firefox on Linux`. */
  readonly client: string | null;
  readonly address: string | null;
}

export interface SealedDevice {
  readonly id: SessionId;
  readonly deviceSealed: Uint8Array | null;
}

export interface Devices {
  /** Null once the key of the subject is destroyed. */
  readonly seal: (
    rows: AuthRows,
    owner: UserId,
    id: SessionId,
    device: Device,
  ) => Promise<Buffer | null>;
  /** Those of one person's sessions, in their order. */
  readonly show: (
    rows: AuthRows,
    owner: UserId,
    sessions: readonly SealedDevice[],
  ) => Promise<ShownDevice[]>;
  /** The same as they were sealed, null where they do not open: for an export of one's own data alone. */
  readonly whole: (
    rows: AuthRows,
    owner: UserId,
    sessions: readonly SealedDevice[],
  ) => Promise<(Device | null)[]>;
}

interface Parts {
  readonly vault: Vault;
  readonly sealing: Envelope;
  readonly alert: ProfileAlert;
}

const UNKNOWN: ShownDevice = { device: null, client: null, address: null };

export function devices({ vault, sealing, alert }: Parts): Devices {
  const whole: Devices['whole'] = async (rows, owner, sessions) => {
    const key = await unlessBroken(vault.subjectKey(rows.keys, owner));
    return sessions.map(({ id, deviceSealed }) => {
      if (!deviceSealed) return null;
      const opened = key && open(key, deviceSealed, devicePlace(rows.workspaceId, id));
      if (!opened)
        alert({ workspaceId: rows.workspaceId, kind: 'device', id: owner }, deviceSealed);
      return opened && Device.parse(JSON.parse(opened.toString('utf8')));
    });
  };
  return {
    async seal(rows, owner, id, device) {
      const key = await vault.subjectKey(rows.keys, owner);
      const text = Buffer.from(JSON.stringify(device), 'utf8');
      return key && sealing.seal(key, text, devicePlace(rows.workspaceId, id));
    },
    whole,
    async show(rows, owner, sessions) {
      return (await whole(rows, owner, sessions)).map((device) => {
        if (!device) return UNKNOWN;
        const { name, address, userAgent } = device;
        return { device: name, client: clientOf(userAgent), address: maskedAddress(address) };
      });
    },
  };
}

/** The first that is found counts: most programs also name those that they want to be taken for. */
const PROGRAMS = [
  ['Edge', /\bEdgA?(?:iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const;
const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const;
/** The name of a program that is no browser, as RFC 9110 §10.1.5 spells products. */
const PRODUCT = /^([\w.-]{1,40})(?:\/|\s|$)/;

/** A short name for a `User-Agent`, made of known words and at most one of its own; null when it has none. */
export function clientOf(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const named = (table: readonly (readonly [string, RegExp])[]) =>
    table.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const program = named(PROGRAMS) ?? PRODUCT.exec(userAgent)?.[1];
  const system = named(SYSTEMS);
  return program && system ? `${program} on ${system}` : (program ?? system ?? null);
}

function devicePlace(workspaceId: WorkspaceId, id: SessionId): Place {
  return ['device', workspaceId, id];
}
