/** A mail server of a few lines: enough of RFC 5321, STARTTLS and AUTH PLAIN to hold a real conversation with. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { generate } from 'selfsigned';

export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | null;
}

export interface SmtpBehaviour {
  /** TLS from the first byte. */
  readonly implicit?: boolean;
  readonly starttls?: boolean;
  /** What it says to each recipient, e.g. `550 no such person`. */
  readonly recipient?: string;
  /** Accepts the connection and says nothing. */
  readonly mute?: boolean;
  readonly login?: { readonly user: string; readonly password: string };
}

interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export async function certificateFor(name: string): Promise<Certificate> {
  const alternatives = [{ type: 2 as const, value: name }];
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: alternatives },
    ],
  });
  return { cert, key };
}

export class SmtpServer {
  readonly taken: Taken[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(behaviour: SmtpBehaviour, certificate: Certificate) {
    const context = createSecureContext(certificate);
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#open.add(socket);
      socket.on('error', () => undefined);
      if (behaviour.mute) return;
      const first = behaviour.implicit ? secured(socket, context) : socket;
      this.#talk(first, behaviour, context, true);
    });
  }

  static async start(behaviour: SmtpBehaviour, certificate: Certificate): Promise<SmtpServer> {
    const server = new SmtpServer(behaviour, certificate);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async end(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #talk(socket: Socket, behaviour: SmtpBehaviour, context: SecureContext, greets: boolean): void {
    const isSecure = socket instanceof TLSSocket;
    let [from, user] = ['', null as string | null];
    let to: string[] = [];
    let letter: string[] | null = null;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    const answer = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (letter) {
        if (line !== '.') letter.push(line);
        else {
          this.taken.push({ from, to, text: letter.join('\n'), secure: isSecure, user });
          letter = null;
          say('250 taken');
        }
      } else if (verb === 'EHLO') {
        const more = [
          ...(behaviour.starttls && !isSecure ? ['STARTTLS'] : []),
          ...(behaviour.login ? ['AUTH PLAIN'] : []),
        ];
        for (const one of ['here', ...more]) say(`250-${one}`);
        say('250 8BITMIME');
      } else if (verb === 'STAR' && !behaviour.starttls) {
        say('502 no such thing');
      } else if (verb === 'STAR') {
        say('220 go on');
        socket.removeAllListeners('data');
        this.#talk(secured(socket, context), behaviour, context, false);
      } else if (verb === 'AUTH') {
        const [, name, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        const { login } = behaviour;
        const right = login?.user === name && login?.password === password;
        if (right) user = name ?? null;
        say(right ? '235 welcome' : '535 who?');
      } else if (verb === 'MAIL') {
        from = line;
        say('250 ok');
      } else if (verb === 'RCPT') {
        to = [...to, line];
        say(behaviour.recipient ?? '250 ok');
      } else if (verb === 'DATA') {
        letter = [];
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    };
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(line);
    });
    if (greets) say('220 mail ESMTP');
  }
}

function secured(socket: Socket, secureContext: SecureContext): TLSSocket {
  const upgraded = new TLSSocket(socket, { isServer: true, secureContext });
  upgraded.on('error', () => undefined);
  return upgraded;
}
