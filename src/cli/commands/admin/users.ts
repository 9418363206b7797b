/** Lists who has an account in a workspace, a page at a time, with no more of an address than tells it apart. */
import { command, oneOf, text } from '../../command.ts';
import { shownName } from '../../names.ts';
import { printable } from '../../printable.ts';
import { timeOf } from '../../style.ts';

const ROLES = ['user', 'moderator', 'admin', 'auditor', 'guest'] as const;
const STATUSES = ['active', 'locked', 'deactivated'] as const;
/** Columns of the table, in characters; what is longer moves the rest of its line. */
const WIDTHS = { id: 36, email: 8, role: 9, status: 11, since: 16 };

const HEADING = [
  'ACCOUNT'.padEnd(WIDTHS.id),
  'E-MAIL'.padEnd(WIDTHS.email),
  'ROLE'.padEnd(WIDTHS.role),
  'STATUS'.padEnd(WIDTHS.status),
  'SINCE'.padEnd(WIDTHS.since),
  'NAME',
].join('  ');

export const adminUsers = command({
  name: 'admin users',
  summary: 'List the accounts of a workspace.',
  options: {
    workspace: text('--workspace <SLUG>', 'Which workspace; needed where there are several.'),
    role: oneOf('--role <ROLE>', 'Only those with this role.', ROLES),
    status: oneOf('--status <STATUS>', 'Only those in this state.', STATUSES),
  },
  calls: [],
  async *run({ workspace, role, status }, desk) {
    const operator = await desk.operator();
    desk.output.note(HEADING);
    const filter = { ...(role && { role }), ...(status && { status }) };
    for await (const { id, createdAt, ...rest } of operator.users({ workspace, ...filter }))
      yield { userId: id, ...rest, createdAt: createdAt.getTime() };
  },
  words: ({ userId, email, role, status, createdAt, displayName }, { bold, dim }) =>
    [
      dim(userId),
      printable(email ?? '?').padEnd(WIDTHS.email),
      role.padEnd(WIDTHS.role),
      status.padEnd(WIDTHS.status),
      timeOf(createdAt),
      bold(shownName(displayName, userId)),
    ].join('  '),
});
