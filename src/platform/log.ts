/** One JSON line per thing that happened; nothing that could be a secret or a message gets through. */
import { createLogger, format, transports, type Logger } from 'winston';

export type { Logger } from 'winston';

/** Fields whose value is never written, whatever it is: credentials, and what people write or are called. */
const SECRET_FIELDS =
  /authorization|cookie|password|secret|token|api[-_]?key|private[-_]?key|^(setupCode|invitation|nonce|body|text|email|displayName|name|device|reason|input|keys?)$/i;
/** Things that look like credentials wherever they stand: JWTs, bearer headers, passwords in URLs, our own tokens. */
const SECRET_TEXT: readonly [RegExp, string][] = [
  [/eyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, '[token]'],
  [/\bBearer\s+\S+/gi, 'Bearer [token]'],
  [/(:\/\/[^:/@\s]*):[^@/\s]+@/g, '$1:[secret]@'],
  [/\bc[dirpv]1\.[\w.-]+/g, '[token]'],
];
/** Most characters of a text that are written. */
const LONGEST = 2_000;
/** Longer than any token: one that is cut off must be recognised before it is cut. */
const OVERHANG = 4_000;
const DEPTH = 5;

/** A copy with secrets replaced; strings are cut at 2,000 characters. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    let text = value.slice(0, LONGEST + OVERHANG);
    for (const [pattern, instead] of SECRET_TEXT) text = text.replace(pattern, instead);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH) return '[deep]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return redact({ error: name, message, stack, cause }, depth);
  }
  const entries = Object.entries(value).slice(0, 50);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      SECRET_FIELDS.test(key) ? '[redacted]' : redact(item, depth + 1),
    ]),
  );
}

/** Writes to standard error: standard output belongs to what a person asked to see. */
export function createLog(level: string, stream: NodeJS.WritableStream = process.stderr): Logger {
  const line = format.printf(({ level: severity, message, timestamp: at, ...rest }) => {
    try {
      const fields = redact(rest) as object;
      return JSON.stringify({ at, level: severity, message: redact(message), ...fields });
    } catch {
      return JSON.stringify({ at, level: severity, message: 'a line that cannot be written' });
    }
  });
  return createLogger({
    level,
    format: format.combine(format.timestamp(), line),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the declarations of winston give its transports two types
    transports: [new transports.Stream({ stream })],
  });
}
