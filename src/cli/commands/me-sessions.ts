/** Says where one is signed in. */
import type { InputOf } from '../../client/index.ts';
import { command } from '../command.ts';
import { printable } from '../printable.ts';

export const meSessions = command({
  name: 'me sessions',
  summary: 'List where you are signed in.',
  calls: ['session.list'],
  async *run(_given, { call }) {
    let from: InputOf<'session.list'> | null = {};
    while (from) {
      const { sessions, next }: Awaited<ReturnType<typeof call<'session.list'>>> = await call(
        'session.list',
        from,
      );
      yield* sessions;
      from = next && { after: next };
    }
  },
  words({ device, client, address, lastUsedAt, current }, { bold, dim }) {
    const what = [device, client].filter((one) => one !== null).map((one) => printable(one));
    const last = new Date(lastUsedAt).toISOString().slice(0, 16).replace('T', ' ');
    const where = address === null ? '' : ` from ${printable(address)}`;
    const name = bold(what.join(', ') || 'An unknown device');
    return `${name}${where}, ${dim(`last used ${last} UTC`)}${current ? ' (this one)' : ''}`;
  },
});
