/** Makes a workspace and shows, this once, the code with which its first admin registers. */
import { command, oneOf, text, word } from '../../command.ts';
import { misused } from '../../failure.ts';
import { printable } from '../../printable.ts';

export const adminCreateWorkspace = command({
  name: 'admin create-workspace',
  summary: 'Make a workspace, and a code for its first admin to register with.',
  arguments: {
    slug: word('SLUG', 'Its name in addresses: lower-case letters, digits and single dashes.'),
  },
  options: {
    name: text('--name <NAME>', 'How people see it called.'),
    host: text('--host <HOST>', 'A host of its own, e.g. tea.example.org; none if left out.'),
    registration: oneOf(
      '--registration <WHO>',
      'Who may register: anybody, or who was invited; open if left out.',
      ['open', 'invited'],
    ),
  },
  calls: [],
  async *run({ slug, name, host, registration = 'open' }, desk) {
    if (name === undefined) throw misused('Say how the workspace is called: --name NAME.');
    const operator = await desk.operator();
    const own = host === undefined ? {} : { host: host.toLowerCase() };
    const made = await operator.createWorkspace({ slug, name, registration, ...own });
    yield { slug, name, registration, ...own, ...made };
  },
  words: ({ slug, name, setupCode }) =>
    [
      `Made the workspace ${printable(name)} (${slug}).`,
      'Code for its first admin, shown only here, good once and for 24 hours:',
      setupCode,
    ].join('\n'),
});
