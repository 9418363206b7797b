/** Tokens that tell a device on which an account was opened before; they open nothing, and prove nothing but that. */
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { WorkspaceId } from '../contract/index.ts';
import type { Digests } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import { sameAddress } from './email.ts';

/** What a client sends: anything may be in it, and what is no token of this account is as good as none. */
export const DeviceToken = z.string().max(300);

interface Owner {
  readonly workspaceId: WorkspaceId;
  readonly email: string;
}

export interface KnownDevices {
  /** For whoever has just signed in: of the device that was shown, if it was one of theirs, or of a new one. */
  readonly issue: (owner: Owner, shown: string | undefined, at: Date) => string;
  /** Which device it is; null when it is none of this account, or was not used for 90 days. Asks no database. */
  readonly recognise: (owner: Owner, shown: string | undefined, at: Date) => string | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** As long as a session may last. */
const LIFE_MS = 90 * DAY_MS;
const ID_BYTES = 16;
/** Device, day of its end since the epoch, and the digest of both under the account. */
const FORMAT = /^cd1\.([\w-]{22})\.(\d{1,7})\.([\w-]{43})$/;

export function knownDevices({
  digests,
  entropy,
}: {
  digests: Digests;
  entropy: Entropy;
}): KnownDevices {
  const proved = ({ workspaceId, email }: Owner, id: string, lastDay: string) =>
    ['device', workspaceId, `${id}\0${lastDay}\0${sameAddress(email)}`] as const;

  const recognise: KnownDevices['recognise'] = (owner, shown, at) => {
    const [, id, lastDay, given] = FORMAT.exec(shown ?? '') ?? [];
    if (id === undefined || lastDay === undefined || given === undefined) return null;
    if (Number(lastDay) * DAY_MS < at.getTime()) return null;
    const theirs = Buffer.from(given, 'base64url');
    const known = digests.each(...proved(owner, id, lastDay));
    const isOurs = known.some((proof) => timingSafeEqual(theirs, proof));
    return isOurs ? id : null;
  };

  return {
    recognise,
    issue(owner, shown, at) {
      const id = recognise(owner, shown, at) ?? entropy.bytes(ID_BYTES).toString('base64url');
      const lastDay = String(Math.ceil((at.getTime() + LIFE_MS) / DAY_MS));
      const proof = digests.of(...proved(owner, id, lastDay));
      return `cd1.${id}.${lastDay}.${proof.toString('base64url')}`;
    },
  };
}
