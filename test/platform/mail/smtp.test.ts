/** Letters go by SMTP to one address, over TLS that is checked; whoever refuses them is not quoted. */
import assert from 'node:assert/strict';
import { NotSent, Secret, type Letter } from '../../../src/kernel/index.ts';
import { smtpPost, type SmtpOptions } from '../../../src/platform/mail/index.ts';
import { certificateFor, SmtpServer, type SmtpBehaviour } from './smtp-server.ts';

const LETTER: Letter = {
  to: 'ada@example.org',
  subject: 'Set a new password',
  text: 'Your code:\n\n    cp1.canary-token\n.\nUmlaut: ä\n',
};

describe('mail by SMTP', () => {
  let certificate: { cert: string; key: string };
  const servers: SmtpServer[] = [];
  before(async () => {
    certificate = await certificateFor('localhost');
  });
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.end())));

  async function serve(behaviour: SmtpBehaviour): Promise<SmtpServer> {
    const server = await SmtpServer.start(behaviour, certificate);
    servers.push(server);
    return server;
  }
  function post({ port }: SmtpServer, scheme: string, more: Partial<SmtpOptions> = {}) {
    const url = new Secret(`${scheme}localhost:${port}`);
    const ca = certificate.cert;
    return smtpPost({ url, from: 'Chat <chat@example.org>', requireTls: true, ca, ...more });
  }
  async function failure(sending: Promise<void>): Promise<NotSent> {
    const error: unknown = await sending.then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof NotSent);
    assert.ok(!/ada|example|canary/.test(`${error.message} ${error.stack ?? ''} ${error.code}`));
    return error;
  }

  for (const [what, scheme, behaviour] of [
    ['TLS from the first byte', 'smtps://', { implicit: true }],
    ['STARTTLS', 'smtp://', { starttls: true }],
  ] as const)
    it(`goes over ${what}, with its head and text as they were written`, async () => {
      const server = await serve(behaviour);
      await post(server, scheme).send(LETTER);
      const [mail, ...more] = server.taken;
      assert.ok(mail && more.length === 0);
      assert.equal(mail.secure, true);
      assert.deepEqual(mail.to, ['RCPT TO:<ada@example.org>']);
      assert.match(mail.from, /^MAIL FROM:<chat@example\.org>/);
      assert.match(mail.text, /^Subject: Set a new password$/m);
      assert.match(mail.text, /^To: ada@example\.org$/m);
      assert.match(mail.text, /^Auto-Submitted: auto-generated$/m);
      assert.match(mail.text, /^Content-Type: text\/plain; charset=utf-8$/m);
      assert.match(mail.text, /cp1\.canary-token/);
      assert.ok(!/<html/i.test(mail.text));
    });

  it('shows user and password, and is not final when they are wrong', async () => {
    const login = { user: 'chat', password: 'p@ss:word/1' };
    const server = await serve({ implicit: true, login });
    const scheme = (password: string) => `smtps://chat:${encodeURIComponent(password)}@`;
    await post(server, scheme(login.password)).send(LETTER);
    assert.equal(server.taken[0]?.user, 'chat');
    const { code, isFinal } = await failure(post(server, scheme('wrong')).send(LETTER));
    assert.deepEqual([code, isFinal], ['EAUTH 535', false]);
    assert.equal(server.taken.length, 1);
  });

  it('is not sent to a server whose certificate nobody vouches for, or is of another name', async () => {
    const server = await serve({ starttls: true });
    const others = await certificateFor('mail.example');
    const named = await SmtpServer.start({ implicit: true }, others);
    servers.push(named);
    const url = new Secret(`smtp://localhost:${server.port}`);
    const stranger = smtpPost({ url, from: 'chat@example.org', requireTls: true });
    assert.equal((await failure(stranger.send(LETTER))).isFinal, false);
    await failure(post(named, 'smtps://', { ca: others.cert }).send(LETTER));
    assert.deepEqual([...server.taken, ...named.taken], []);
  });

  it('is not sent in the clear where TLS is demanded', async () => {
    const server = await serve({});
    await failure(post(server, 'smtp://').send(LETTER));
    assert.deepEqual(server.taken, []);
    await post(server, 'smtp://', { requireTls: false }).send(LETTER);
    assert.equal(server.taken.length, 1);
  });

  it('is final when the server will not have the reader, and put off when it is only busy', async () => {
    const never = await serve({
      implicit: true,
      recipient: '550 5.1.1 ada@example.org is unknown',
    });
    const no = await failure(post(never, 'smtps://').send(LETTER));
    assert.deepEqual([no.code, no.isFinal], ['EENVELOPE 550', true]);
    const busy = await serve({ implicit: true, recipient: '451 ada@example.org: later' });
    const later = await failure(post(busy, 'smtps://').send(LETTER));
    assert.deepEqual([later.code, later.isFinal], ['EENVELOPE 451', false]);
  });

  it('is given up when nobody answers, and when nobody is there', async () => {
    const mute = await serve({ mute: true });
    const silent = await failure(post(mute, 'smtp://', { patienceMs: 200 }).send(LETTER));
    assert.equal(silent.isFinal, false);
    const gone = await serve({});
    const sending = post(gone, 'smtp://');
    await gone.end();
    servers.splice(servers.indexOf(gone), 1);
    assert.equal((await failure(sending.send(LETTER))).isFinal, false);
  });

  it('writes to one reader, whatever the address looks like', async () => {
    const server = await serve({ implicit: true });
    for (const to of ['a,b@example.org', 'ada@example.org;eve@example.org'])
      await post(server, 'smtps://').send({ ...LETTER, to });
    assert.deepEqual(
      server.taken.map(({ to }) => to),
      [['RCPT TO:<"a,b"@example.org>'], ['RCPT TO:<"ada@example.org;eve"@example.org>']],
    );
  });
});
