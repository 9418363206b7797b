/** A code out of a mail is good on every node, and once on all of them; the sessions it ends end everywhere. */
import assert from 'node:assert/strict';
import { Mailbox, RESET } from '../auth/mailbox.ts';
import { post } from '../auth/posting.ts';
import { Resident } from '../auth/residents.ts';
import { eventually } from '../support/bootstrap-clone.ts';
import { TwoNodes } from '../support/two-nodes.ts';

const PATH = '/v1/password-resets';

describe('a password reset across two nodes', () => {
  let nodes: TwoNodes;
  let mailbox: Mailbox;
  before(async () => {
    mailbox = new Mailbox();
    nodes = await TwoNodes.create({ environment: mailbox.environment });
  });
  after(async () => {
    await nodes.end();
    mailbox.end();
  });

  it('redeemed on both at the same time is done by exactly one, ten times over', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { slug, a, b } = nodes;
      const ada = await Resident.create({ url: a.url, slug });
      await post(a, PATH, { workspace: slug, email: ada.email }).accepted();
      const { token } = await mailbox.comes(ada.email, RESET);
      const wish = (name: string) => ({ token, password: `Purple-otters-7-juggle-${name}` });
      const answers = await Promise.all([
        post(a, `${PATH}/redeem`, wish('a')),
        post(b, `${PATH}/redeem`, wish('b')),
      ]);
      const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
      assert.deepEqual([...codes].sort(), ['invalid_code', 'ok']);
      const [won, lost] = codes[0] === 'ok' ? ['a', 'b'] : ['b', 'a'];
      await ada.tries({ password: wish(won).password, url: b.url }).accepted();
      await ada.tries({ password: wish(lost).password }).refused('invalid_credentials');
    }
  });

  it('on one closes the sockets on the other', async () => {
    const { slug, a, b } = nodes;
    const ada = await Resident.create({ url: a.url, slug });
    const there = await ada.arrives({ url: b.url });
    await there.connect();
    await post(b, PATH, { workspace: slug, email: ada.email }).accepted();
    const { token } = await mailbox.comes(ada.email, RESET);
    await post(a, `${PATH}/redeem`, { token, password: 'Purple-otters-7-juggle' }).accepted();
    const told = { code: 'session_ended', next: 'sign-in' };
    assert.deepEqual(await there.hears('connection.closing'), told);
    await there.connection.closed();
    await assert.rejects(there.connect(), /unauthenticated/);
    there.leave();
  });

  it('sends each mail once, though both nodes look for it', async () => {
    const { slug, a, b } = nodes;
    const people = await Promise.all(
      Array.from({ length: 20 }, () => Resident.create({ url: a.url, slug })),
    );
    await Promise.all(
      people.map(({ email }, i) =>
        post(i % 2 ? a : b, PATH, { workspace: slug, email }).accepted(),
      ),
    );
    await Promise.all(people.map(({ email }) => mailbox.comes(email, RESET)));
    const all = () => people.flatMap(({ email }) => mailbox.to(email));
    await eventually('both mails of everybody are there', () => all().length >= 40);
    for (const { email } of people) assert.equal(mailbox.to(email).length, 2, 'one of each kind');
  });
});
