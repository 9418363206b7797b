/** Shows what was deleted under a legal hold: it takes the operator and, for the code, an administrator who answers for it. */
import { command, text } from '../../command.ts';
import { codeFrom } from '../../credentials.ts';
import { misused } from '../../failure.ts';
import { printable } from '../../printable.ts';
import { timeOf } from '../../style.ts';

export const adminHeldTexts = command({
  name: 'admin held-texts',
  summary: 'Open what was deleted under a legal hold, once, with a code of hold.authorise-opening.',
  options: {
    reason: text('--reason <TEXT>', 'Why, for the audit trail.'),
    codeFile: text('--code-file <FILE>', 'Read the code from the first line of a file.'),
  },
  calls: [],
  async *run({ reason, codeFile }, desk) {
    if (reason === undefined) throw misused('Say why: --reason TEXT.');
    const code = await codeFrom(codeFile, 'Code of the administrator', desk.ask);
    const operator = await desk.operator();
    for await (const { id: messageId, postedAt, at, ...row } of operator.heldTexts({
      code,
      reason,
    }))
      yield { messageId, ...row, postedAt: postedAt.getTime(), at: at.getTime() };
  },
  words: ({ channelId, messageId, version, authorId, at, text: body }, { dim }) => {
    const where = dim(`${timeOf(at)}  ${channelId}  ${messageId}  version ${version}  ${authorId}`);
    return `${where}\n  ${body === null ? dim('(does not open)') : printable(body)}`;
  },
});
