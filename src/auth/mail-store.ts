/** Mails that wait, as rows: written with the change they follow from, taken up by one node at a time. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Statements, Tx } from '../platform/postgres/index.ts';

/** Either an address that nobody has looked up, or an account. */
export type NewMail =
  | { readonly kind: 'password-reset'; readonly emailDigests: readonly Uint8Array[] }
  | {
      readonly kind: 'email-verification' | 'mentions' | 'request-due' | 'request-extended';
      readonly userId: UserId;
    };

export type MailKind = NewMail['kind'];

export interface TakenMail {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  readonly mail: NewMail;
  /** This one included. */
  readonly attempts: number;
}

export interface MailRows {
  /** False, and nothing stored, when too many are waiting in this workspace, or one about mentions of that person. */
  add(mail: NewMail): Promise<boolean>;
  /** That person is not written to about mentions any more. */
  callOffMentions(userId: UserId): Promise<void>;
  /** It was sent, or never will be. */
  remove(id: string): Promise<void>;
  /** It is taken up again after that many seconds. */
  putOff(id: string, seconds: number): Promise<void>;
}

export interface MailQueue {
  /** Of all workspaces, at most `limit`; each is left to other nodes again after that many seconds. */
  takeUp(limit: number, seconds: number): Promise<readonly TakenMail[]>;
}

/** Mails that may wait in one workspace: what a mail server that is away for hours leaves, at the rate of the limits. */
const WAITING = 1_000;

export function mailRows(tx: Tx, workspaceId: WorkspaceId): MailRows {
  return {
    async add(mail) {
      const digests = mail.kind === 'password-reset' ? mail.emailDigests : [];
      const userId = mail.kind === 'password-reset' ? null : mail.userId;
      const hex = digests.map((digest) => Buffer.from(digest).toString('hex'));
      // By hand: the server may not write the other columns, which are the database's to fill.
      const added = await tx.$executeRaw`
        INSERT INTO mail (workspace_id, kind, email_digests, user_id)
        SELECT ${workspaceId}::uuid, ${mail.kind},
          ARRAY(SELECT decode(d, 'hex') FROM unnest(${hex}::text[]) d), ${userId}::uuid
        WHERE (SELECT count(*) FROM (
          SELECT FROM mail WHERE workspace_id = ${workspaceId}::uuid LIMIT ${WAITING}) w) < ${WAITING}
        ON CONFLICT (workspace_id, user_id) WHERE kind = 'mentions' DO NOTHING`;
      return added === 1;
    },
    async callOffMentions(userId) {
      await tx.mail.deleteMany({ where: { workspaceId, userId, kind: 'mentions' } });
    },
    async remove(id) {
      await tx.mail.deleteMany({ where: { workspaceId, id } });
    },
    async putOff(id, seconds) {
      await tx.$executeRaw`
        UPDATE mail SET due_at = clock_timestamp() + make_interval(secs => ${seconds})
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid`;
    },
  };
}

interface Row {
  readonly workspace_id: WorkspaceId;
  readonly id: string;
  readonly kind: MailKind;
  readonly email_digests: readonly Uint8Array[];
  readonly user_id: UserId;
  readonly attempts: number;
}

export function mailQueue(statements: Statements): MailQueue {
  return {
    async takeUp(limit, seconds) {
      const rows = await statements.run<Row & Record<string, unknown>>(
        'take-up-mails',
        'SELECT * FROM take_up_mails($1, $2)',
        [limit, seconds],
      );
      return rows.map(({ workspace_id: workspaceId, id, attempts, ...row }) => {
        const mail: NewMail =
          row.kind === 'password-reset'
            ? { kind: row.kind, emailDigests: row.email_digests }
            : { kind: row.kind, userId: row.user_id };
        return { workspaceId, id, mail, attempts };
      });
    },
  };
}
