/** What is done with codes out of mails: a lost password is replaced by a new one, and an address is proved. */
import { codeFrom, passwordFrom, wanted, type SecretSource } from './credentials.ts';
import { refuseInTheClear, type Desk } from './desk.ts';
import { reach } from './dial.ts';
import { sentenceOf } from './sentences.ts';

export interface Asking {
  readonly email: string | undefined;
  readonly workspace: string | undefined;
}

export interface Resetting extends SecretSource {
  readonly codeFile: string | undefined;
  readonly insecure: boolean;
}

export async function requestReset({ email: given, workspace }: Asking, desk: Desk) {
  const { ask, server } = desk;
  await reach(server);
  const line = desk.dial({ workspace });
  const email = await wanted(given, 'E-mail', '--email', { ask });
  line.yes(await line.client.requestPasswordReset({ email }));
  return { accepted: true as const, email, server };
}

export async function reset(resetting: Resetting, desk: Desk) {
  const { ask, server, surroundings } = desk;
  refuseInTheClear(server, resetting.insecure);
  await reach(server); // before a person writes all the rest
  const line = desk.dial();
  const token = await codeFrom(resetting.codeFile, 'Code out of the mail', ask);
  const isTyped = ask.possible && !resetting.passwordStdin && resetting.passwordFile === undefined;
  for (;;) {
    const source = { ask, stdin: surroundings.stdin };
    const password = await passwordFrom(resetting, source, { isNew: true });
    const outcome = await line.client.call('password.reset', { token, password });
    if (outcome.ok || outcome.refusal.code !== 'password_policy' || !isTyped)
      return { ...line.yes(outcome), server };
    ask.tell(sentenceOf(outcome.refusal)); // the code is still good
  }
}

export async function verifyEmail(
  { codeFile }: Pick<Resetting, 'codeFile'>,
  { ask, server, dial }: Pick<Desk, 'ask' | 'server' | 'dial'>,
) {
  await reach(server);
  const token = await codeFrom(codeFile, 'Code out of the mail', ask);
  const line = dial();
  return { ...line.yes(await line.client.call('email.verify', { token })), server };
}
