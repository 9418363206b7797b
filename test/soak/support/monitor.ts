/** Everything that anybody tells a Redis, byte by byte, over a raw connection that asked for MONITOR. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '../../support/bootstrap-clone.ts';

/** What Redis itself writes before each command: the time, the database, and where the command came from. */
const PREFIX = /^\+\d+\.\d+ \[\d+ [^\]]*\] /;

export class Monitor {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => (this.#bytes = Buffer.concat([this.#bytes, chunk])));
    socket.on('error', () => undefined);
  }

  static async of(url: string): Promise<Monitor> {
    const { hostname, port, password } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const monitor = new Monitor(socket);
    socket.write(`AUTH ${password}\r\nMONITOR\r\n`);
    const ready = () => monitor.#bytes.toString('latin1').startsWith('+OK\r\n+OK\r\n');
    await eventually('Redis begins to tell', ready);
    return monitor;
  }

  /** The commands as they were sent, without what Redis says of who sent them. */
  get commands(): string[] {
    const lines = this.#bytes.toString('latin1').split('\r\n');
    return lines.filter((line) => PREFIX.test(line)).map((line) => line.replace(PREFIX, ''));
  }

  /** How many there were of each kind. */
  get kinds(): Map<string, number> {
    const kinds = new Map<string, number>();
    for (const command of this.commands) {
      const [, kind = ''] = /^"([^"]*)"/.exec(command) ?? [];
      kinds.set(kind.toLowerCase(), (kinds.get(kind.toLowerCase()) ?? 0) + 1);
    }
    return kinds;
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** In which disguises the text stands in the commands: as it is, in hexadecimal, or somewhere within base64. */
export function disguises(text: string, commands: readonly string[]): string[] {
  const told = commands.map(plain).join('\n');
  const lower = told.toLowerCase();
  const bytes = Buffer.from(text, 'utf8');
  const found: string[] = [];
  if (told.includes(bytes.toString('latin1'))) found.push('plain');
  if (lower.includes(bytes.toString('hex'))) found.push('hex');
  for (const shift of [0, 1, 2])
    for (const encoding of ['base64', 'base64url'] as const)
      if (told.includes(within(bytes, shift, encoding))) found.push(`${encoding}+${shift}`);
  return found;
}

/** What base64 makes of the bytes when `shift` others stand before them and more after: the part that is always the same. */
function within(bytes: Buffer, shift: number, encoding: 'base64' | 'base64url'): string {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor((whole.length * 8) / 6);
  return whole.toString(encoding).slice(first, last);
}

/** MONITOR escapes quotes and what cannot be printed; here are the bytes again, one character for each. */
function plain(command: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };
  return command.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_all, hex?: string, other = '') =>
    hex === undefined
      ? (named[other as string] ?? (other as string))
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
