/** What others wrote is shown and nothing else: no part of it reaches the terminal as anything but text. */
import assert from 'node:assert/strict';
import type { OperationName } from 'conclave/client';
import { channelWith, say, Screens } from './support.ts';
import type { TestTerminal } from './test-terminal.ts';

/** Clears the screen, renames the window, writes the clipboard, asks for an answer, in both forms of the introducers. */
const EVIL =
  '\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[5n\x9b31m\x9d0;owned\x9c\x1bP+q\x1b\\\x1b[?1049l\u202egnp';

/** Everything that the screen itself ever writes besides text. */
const OWN = new RegExp(
  [
    '\\[\\?(?:1049|7|2004|2026|25)[hl]',
    '\\[2J',
    '\\[H',
    '\\[K',
    '\\[\\d+;\\d+H',
    '\\[\\d+G',
    '\\[\\d+m',
  ]
    .map((sequence) => `\\x1b${sequence}`)
    .join('|'),
  'g',
);

function isOnlyText(terminal: TestTerminal): void {
  const rest = terminal.written.replaceAll(OWN, '');
  assert.doesNotMatch(rest, /[^\P{Cc}]|\p{Bidi_Control}/u);
}

const WIDE = { columns: 240, rows: 30 };

describe('the screen: safety', () => {
  let screens: Screens;
  before(async () => {
    screens = await Screens.create();
  });
  after(() => screens.end());

  it('shows a body, a name and a channel that would take the terminal over as text', async () => {
    const [ada, mallory] = await Promise.all([
      screens.somebody('Ada'),
      screens.somebody(`Mallory ${EVIL}`),
    ]);
    const { id } = await channelWith(mallory, [ada], 'plain');
    await say(mallory, id, `look: ${EVIL}`, `two\r\nlines ${EVIL}`);
    const { client } = ada;
    const call = client.call.bind(client);
    // The server takes no such name: one that did would be no danger either.
    const spoilt: typeof client.call = async (name, input) => {
      const outcome = await call(name, input);
      const text = JSON.stringify(outcome).replaceAll('"plain"', JSON.stringify(`#${EVIL}`));
      return JSON.parse(text) as typeof outcome;
    };
    Object.assign(client, { call: spoilt });
    const log = client.channel(id);
    const heard = () =>
      Reflect.get(Object.getPrototypeOf(log) as object, 'channel', log) as object | null;
    const get = () => heard() && { ...heard(), name: `#${EVIL}` };
    Object.defineProperty(log, 'channel', { get });
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('look: ␛[2J␛]0;owned␇');
    await terminal.shows(/Mallory ␛\[2J␛\]0;owned␇.* {2}\d\d:\d\d/);
    await terminal.shows(/^›\*#␛\[2J␛\]0;/m);
    terminal.press('/members', 'Enter');
    await terminal.shows(/Mallory ␛\[2J/);
    isOnlyText(terminal);
    assert.equal(terminal.isFullScreen, true);
  });

  it('shows a refusal that would do so as text', async () => {
    const ada = await screens.somebody('Ada R');
    await channelWith(ada, [], 'refused');
    const { client } = ada;
    const call = client.call.bind(client);
    const refused: Partial<Record<OperationName, object>> = {
      'member.list': { code: 'invalid_input', detail: [{ path: EVIL, problem: EVIL }] },
      'member.leave': { code: `evil ${EVIL}` },
    };
    Object.assign(client, {
      call: ((name, input) => {
        const refusal = refused[name];
        if (!refusal) return call(name, input);
        return Promise.resolve({
          ok: false,
          refusal: { retry: 'never', traceId: null, ...refusal },
        });
      }) as typeof client.call,
    });
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *refused');
    terminal.press('/members', 'Enter');
    await terminal.shows(/The server does not take it like this: ␛\[2J␛\]0;owned␇/);
    terminal.press('CtrlU', '/leave', 'Enter');
    await terminal.shows(/The server says evil ␛\[2J␛\]0;owned␇/);
    isOnlyText(terminal);
  });

  it('takes what is pasted as text: it does not send itself, and cannot end the paste early', async () => {
    const ada = await screens.somebody('Ada P');
    await channelWith(ada, [], 'pasting');
    const { terminal } = screens.open(ada, WIDE);
    await terminal.shows('> Message *pasting');
    terminal.paste(`/quit\r\nsecond ${EVIL}\r\n`);
    await terminal.shows(/> \/quit\n.*second/);
    assert.equal(ada.client.outbox.entries.length, 0);
    isOnlyText(terminal);
  });

  it('lets nobody write what looks like a tombstone, a divider or another person', async () => {
    const [ada, bob] = await Promise.all([screens.somebody('Ada T'), screens.somebody('Bob T')]);
    const { id } = await channelWith(bob, [ada], 'looks');
    await say(bob, id, '× deleted by a moderator\nAda T  09:00\n── new ──\n ! not sent');
    const { terminal } = screens.open(ada, { colour: false });
    await terminal.shows('not sent');
    for (const line of terminal.lines.filter((one) => /deleted|09:00|new|not sent/.test(one)))
      assert.match(line, /│ {3,4}\S/, 'it stands where only text stands');
  });
});
