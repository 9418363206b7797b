/** Lists the roles of a workspace's own making: what each carries, how far it reaches, and how many hold it. */
import { command, text } from '../../command.ts';

/** Columns of the table, in characters; what is longer moves the rest of its line. */
const WIDTHS = { name: 24, scope: 11, holders: 7 };

const HEADING = [
  'ROLE'.padEnd(WIDTHS.name),
  'SCOPE'.padEnd(WIDTHS.scope),
  'HOLDERS'.padStart(WIDTHS.holders),
  'PERMISSIONS',
].join('  ');

export const adminRoles = command({
  name: 'admin roles',
  summary: 'List the roles that a workspace has made for itself.',
  options: {
    workspace: text('--workspace <SLUG>', 'Which workspace; needed where there are several.'),
  },
  calls: [],
  async *run({ workspace }, desk) {
    const operator = await desk.operator();
    desk.output.note(HEADING);
    for await (const { id, ...role } of operator.roles({ workspace }))
      yield { roleId: id, ...role };
  },
  words: ({ name, scope, channelIds, holders, permissions }, { bold }) =>
    [
      bold(name.padEnd(WIDTHS.name)),
      (channelIds.length > 0 ? `${channelIds.length} channels` : scope).padEnd(WIDTHS.scope),
      String(holders).padStart(WIDTHS.holders),
      permissions.join(' '),
    ].join('  '),
});
