/** Lists where somebody is signed in, signs them out there, or voids a token of theirs. */
import { command, flag, text, word } from '../../command.ts';
import { misused } from '../../failure.ts';
import { printable } from '../../printable.ts';
import { timeOf } from '../../style.ts';

const WIDTHS = { id: 36, used: 16, address: 15, client: 20 };
const HEADING = [
  'SESSION'.padEnd(WIDTHS.id),
  'LAST USED'.padEnd(WIDTHS.used),
  'ADDRESS'.padEnd(WIDTHS.address),
  'PROGRAM'.padEnd(WIDTHS.client),
  'DEVICE',
].join('  ');

interface Session {
  readonly sessionId: string;
  readonly userId: string;
  readonly device: string | null;
  readonly client: string | null;
  readonly address: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}
interface Revoked {
  readonly userId: string;
  readonly revoked: number;
}
interface RevokedToken {
  readonly userId: string;
  readonly sessionId: string;
  readonly revokedToken: string;
}

export const adminSessions = command({
  name: 'admin sessions',
  summary: 'List where somebody is signed in, or sign them out.',
  arguments: { user: word('USER', 'The id of the account, or its e-mail address.') },
  options: {
    workspace: text('--workspace <SLUG>', 'Which workspace; needed where there are several.'),
    revoke: text('--revoke <ID>', 'End this session.'),
    token: text('--token <JTI>', 'With --revoke: only this access token; the session stands.'),
    revokeAll: flag('--revoke-all', 'End all of their sessions.'),
  },
  calls: [],
  async *run(
    { user, workspace, revoke, token, revokeAll },
    desk,
  ): AsyncGenerator<Session | Revoked | RevokedToken> {
    if (revoke !== undefined && revokeAll)
      throw misused('Say --revoke ID or --revoke-all, not both.');
    if (token !== undefined && revoke === undefined)
      throw misused('Say with --revoke ID which session the token is of: its claim sid.');
    const operator = await desk.operator();
    const who = { workspace, user };
    if (revoke !== undefined && token !== undefined) {
      const { userId } = await operator.revokeToken(who, { sessionId: revoke, jti: token });
      yield { userId, sessionId: revoke, revokedToken: token };
      return;
    }
    if (revoke !== undefined || revokeAll) {
      yield await operator.revoke(who, revoke ?? null);
      return;
    }
    desk.output.note(HEADING);
    for await (const { id, createdAt, lastUsedAt, expiresAt, ...rest } of operator.sessions(who))
      yield {
        sessionId: id,
        ...rest,
        createdAt: createdAt.getTime(),
        lastUsedAt: lastUsedAt.getTime(),
        expiresAt: expiresAt.getTime(),
      };
  },
  words(row, { dim, bold }) {
    if ('revokedToken' in row)
      return `The token ${row.revokedToken} of ${row.userId} counts for nothing any more.`;
    if ('revoked' in row)
      return `${row.revoked} ${row.revoked === 1 ? 'session' : 'sessions'} of ${row.userId} ended.`;
    return [
      dim(row.sessionId),
      timeOf(row.lastUsedAt),
      (row.address ?? '?').padEnd(WIDTHS.address),
      printable(row.client ?? '?').padEnd(WIDTHS.client),
      bold(printable(row.device ?? '')),
    ].join('  ');
  },
});
