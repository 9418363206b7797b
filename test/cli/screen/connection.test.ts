/** Whatever becomes of the connection and whatever the server refuses: what was written is not lost, and one is told. */
import assert from 'node:assert/strict';
import { LIMIT_TABLE } from '../../../src/limits/index.ts';
import { MINUTE, SECOND } from '../../support/hand-clock.ts';
import { CutProxy } from '../../support/cut-proxy.ts';
import { channelWith, say, Screens } from './support.ts';

describe('the screen: connection and refusals', () => {
  let screens: Screens;
  let proxy: CutProxy;
  before(async () => {
    const windows = [{ by: 'user', milliseconds: 20 * SECOND, calls: 2 }] as const;
    screens = await Screens.create({
      limits: {
        ...LIMIT_TABLE,
        'message.write': { whenStoreFails: 'local', windows },
      },
    });
    proxy = await CutProxy.before(() => screens.world.app.port());
  });
  after(async () => {
    await screens.end();
    await proxy.close();
  });

  it('says that there is no connection, keeps what is written, and sends it when there is one', async () => {
    const [ada, bob] = await Promise.all([
      screens.somebody('Ada', { url: proxy.url }),
      screens.somebody('Bob'),
    ]);
    const { id } = await channelWith(bob, [ada], 'offline');
    const { terminal: hers } = screens.open(ada);
    const { terminal: his } = screens.open(bob);
    await Promise.all([hers.shows('> Message *offline'), his.shows('> Message *offline')]);
    proxy.sever();
    await hers.shows(/No connection\. Trying again/);
    assert.match(hers.text, /◌ reconnecting/);
    hers.press('written while away', 'Enter', 'half a thought');
    await hers.shows(/written while away\n.*… waits for the connection/);
    await hers.shows('1 unsent');
    await say(bob, id, 'said meanwhile');
    proxy.restore();
    await his.shows(/written while away +2$/m);
    await hers.shows(/said meanwhile +1\n.*Ada.*\n.* written while away +2$/m);
    await hers.shows(/^ ● online · Ada/m);
    assert.ok(!hers.text.includes('No connection') && !hers.text.includes('unsent'));
    assert.match(hers.text, /> half a thought$/m);
  });

  it('counts down to the next attempt when too much was sent, and loses nothing of it', async () => {
    const cleo = await screens.somebody('Cleo');
    await channelWith(cleo, [], 'limits');
    const { terminal: hers } = screens.open(cleo);
    await hers.shows('> Message *limits');
    hers.press('one', 'Enter', 'two', 'Enter');
    await hers.shows(/two +2$/m);
    hers.press('three', 'Enter', 'four', 'Enter', 'five is not sent yet');
    await hers.shows(/three\n.*… too many at once: sent again in \d+ s\n.*four$/m);
    const [, seconds] = /again in (\d+) s/.exec(hers.text) ?? [];
    screens.world.clock.forward(5 * SECOND);
    await hers.shows(`sent again in ${Number(seconds) - 5} s`);
    screens.world.clock.forward(MINUTE);
    await hers.shows(/three +3\n.* four +4$/m);
    assert.match(hers.text, /> five is not sent yet$/m);
  });

  it('says why a message was refused for good, and lets one try again or discard it', async () => {
    const [dora, emil] = await Promise.all([screens.somebody('Dora'), screens.somebody('Emil')]);
    const { id } = await channelWith(dora, [], 'guests');
    const guest = { channelId: id, userId: emil.userId, role: 'guest' } as const;
    await dora.client.callOrThrow('member.add', guest);
    const { terminal: his } = screens.open(emil);
    await his.shows('> Message *guests');
    his.press('may I?', 'Enter');
    await his.shows(
      /may I\?\n.* ! not sent: you may not do this here\n.*Ctrl-R tries again, Ctrl-X/,
    );
    his.press('CtrlX');
    await his.shows((lines) => !lines.some((line) => line.includes('may I?')));
    his.press('CtrlY');
    await his.shows(/> may I\?$/m);
    his.press('Enter');
    await his.shows(/not sent: you may not do this here/);
    await dora.client.callOrThrow('member.set-role', { ...guest, role: 'member' });
    screens.world.clock.forward(2 * MINUTE);
    his.press('CtrlR');
    await his.shows(/may I\? +1$/m);
  });

  it('does not send what is too long, and says by how much', async () => {
    const fay = await screens.somebody('Fay');
    await channelWith(fay, [], 'long');
    const { terminal: hers } = screens.open(fay);
    await hers.shows('> Message *long');
    hers.paste('x'.repeat(3_999));
    await hers.shows('3,999 of 4,000 characters');
    hers.press('yz', 'Enter');
    await hers.shows('Too long by 1 character: 4000 is the most.');
    await hers.shows('4,001 of 4,000 characters');
    assert.match(hers.text, /xyz$/m);
    hers.press('\x7f', 'Enter');
    await hers.shows('> Message *long');
    await hers.shows(/xxxy$/m);
  });

  it('leaves, and says why, when the session is ended elsewhere', async () => {
    const gus = await screens.somebody('Gus');
    await channelWith(gus, [], 'home');
    const { terminal: his, ended } = screens.open(gus);
    await his.shows('> Message *home');
    await gus.client.call('session.close', {});
    assert.deepEqual(await ended, { reason: 'ended', code: 'session_ended' });
    await his.isLeft();
  });
});
