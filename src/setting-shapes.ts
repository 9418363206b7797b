/** What the text of a setting must look like: every check of a value stands here, with what it says when it fails. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { canonicalAddress } from './kernel/index.ts';

/** A whole number from `min` to `max`. */
export const count = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'a whole number').transform(Number).pipe(z.int().min(min).max(max));

/** A name or an address to listen on, as it stands in a URL. */
export const host = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (text) =>
      /^[\w.:-]+$/.test(text) && URL.canParse(`http://${text.includes(':') ? `[${text}]` : text}`),
    'a host name or an IP address',
  );

const json = <T extends z.ZodType>(shape: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);

const key = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'each key is 32 bytes in base64')
  .refine((text) => new Set(Buffer.from(text, 'base64')).size > 8, 'a key must be random bytes');

const ringOf = (value: z.ZodType<string>) =>
  json(
    z
      .strictObject({ current: z.string(), keys: z.record(z.string().min(1).max(40), value) })
      .refine(
        ({ current, keys }) => Object.hasOwn(keys, current),
        '`current` must name one of the keys',
      ),
  );

/** Keys by name, one of them current; see KeyringText. */
export const ring = ringOf(key);

/** The same, where a key may also be one that a transit engine wrapped; see config-kms.ts. */
export const rootKeys = ringOf(
  z.union([key, z.string().regex(/^vault:v[1-9]\d{0,8}:[A-Za-z0-9+/]{40,400}={0,2}$/)]),
);

/** The same, where a key may also be `derived`; see busRing. */
export const busKeys = ringOf(z.union([key, z.literal('derived')]));

const part = z.base64url().length(43);
/** Private P-256 JWKs, one of them current; see SigningKeysText. */
export const signingKeys = json(
  z
    .strictObject({
      current: z.string(),
      keys: z
        .array(
          z.strictObject({
            kty: z.literal('EC'),
            crv: z.literal('P-256'),
            x: part,
            y: part,
            d: part,
            kid: z.string().min(1).max(100),
            alg: z.literal('ES256').optional(),
            use: z.literal('sig').optional(),
          }),
        )
        .min(1),
    })
    .refine(
      ({ current, keys }) => keys.some(({ kid }) => kid === current),
      '`current` must be the kid of one of the keys',
    ),
);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

/** Not `/0`: who believes everybody's headers believes the client's own. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  if (bits === 0 || more.length > 0 || address.includes('%')) return false;
  if (prefix === undefined) return true;
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  // An IPv4 network inside IPv6: its first 96 bits say only that.
  const least = isIP(address) === 6 && isIP(canonicalAddress(address) ?? '') === 4 ? 97 : 1;
  return length >= least && length <= bits;
}

/** Hosts that clients ask for, separated by commas; as `Host` names them, in lower case and without ports. */
export const hosts = list.pipe(
  z.array(
    z
      .string()
      .toLowerCase()
      .regex(/^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])$/, {
        message: 'each a host name or an address as it stands in a URL, without a port',
      }),
  ),
);

/** Addresses and networks, separated by commas. */
export const networks = list.pipe(
  z.array(
    z.string().refine(isNetwork, {
      message: 'each an address or a network with its prefix length, e.g. 10.0.0.0/8',
    }),
  ),
);

/** Origins exactly as browsers send them, separated by commas. */
export const origins = list.pipe(
  z.array(
    z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, {
      message: 'each an origin as browsers send it, e.g. https://chat.example.org',
    }),
  ),
);

/** Its parameters say nothing of TLS: the driver would believe them instead of DATABASE_TLS. */
export const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine(
    (text) =>
      URL.canParse(text) &&
      [...new URL(text).searchParams.keys()].every((name) => !/^(use_?libpq|ssl)/i.test(name)),
    'DATABASE_TLS and DATABASE_CA say how it is encrypted, not parameters of the URL',
  );

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** One certificate or several; what stands between them is left out, as is usual. */
export const certificates = z.string().transform((text, context) => {
  try {
    const found = text.match(PEM) ?? [];
    for (const certificate of found) new X509Certificate(certificate);
    if (found.length > 0) return found.join('\n');
  } catch {
    // said below
  }
  context.addIssue({ code: 'custom', message: 'not certificates in PEM' });
  return z.NEVER;
});

export const privateKey = z.string().refine((text) => {
  try {
    return createPrivateKey(text).type === 'private';
  } catch {
    return false;
  }
}, 'not a private key in PEM');

/** The address of a mail server and nothing else: options in it could switch the check of its certificate off. */
export const smtpUrl = z.url({ protocol: /^smtps?$/ }).refine((text) => {
  if (!URL.canParse(text)) return false; // it is asked although the shape has failed
  const { hostname, pathname, search, hash } = new URL(text);
  return hostname !== '' && pathname.replace('/', '') === '' && search === '' && hash === '';
}, 'a host and no path or options');

const ADDRESS = String.raw`[^\s@<>(),;:"\\\p{C}]{1,64}@[^\s@<>(),;:"\\\p{C}]{1,255}`;
/** A mailbox of RFC 5322 §3.4 without quoting: an address, or a name before one in angle brackets. */
export const mailbox = z
  .string()
  .max(320)
  .regex(new RegExp(String.raw`^(?:${ADDRESS}|[^<>@(),;:"\\\p{C}]{1,100} <${ADDRESS}>)$`, 'u'));

export const folder = z
  .string()
  .max(1_000)
  .refine((path) => isAbsolute(path) && !path.includes('\0'), 'an absolute path');
