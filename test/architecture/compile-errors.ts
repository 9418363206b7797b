/** Mistakes in a declaration that do not compile; each expectation fails the type check if its mistake ever does. */
import { z } from 'zod';
import { onServer, open, signedIn } from '../../src/access/index.ts';
import type { MentionMails } from '../../src/auth/mention-mails.ts';
import { onChannel, onMessage } from '../../src/chat/access.ts';
import type { ChatDomain, ChatGrouped, ChatServices } from '../../src/chat/services.ts';
import { ChannelId, Delivery, MessageId, type UserId } from '../../src/contract/index.ts';
import {
  groupedOperationsFor,
  operationsFor,
  reply,
  Secret,
  tell,
  type Consents,
} from '../../src/kernel/index.ts';
import type { Person } from '../support/person.ts';

const operation = operationsFor<ChatServices, ChatDomain>();
const groupedOperation = groupedOperationsFor<ChatGrouped, ChatDomain>();

const access = onMessage({ own: 'message.delete.own', any: 'message.delete.any' });
const handle = () => Promise.resolve(reply(null));
const fields = {
  name: 'thing.do',
  summary: 'Does a thing.',
  on: { socket: true },
  commit: 'own',
  input: z.strictObject({ channelId: ChannelId, messageId: MessageId }),
  output: z.null(),
  refuses: [],
} as const;
const limit = 'message.write';
const audit = { skip: 'nothing happens here' };

// What all of the following leave out or spell wrongly: this one is whole.
export const whole = operation({ ...fields, access, limit, audit, handle });

// @ts-expect-error no access declared
operation({ ...fields, limit, audit, handle });

// @ts-expect-error no limit declared
operation({ ...fields, access, audit, handle });

// @ts-expect-error no audit declared
operation({ ...fields, access, limit, handle });

// @ts-expect-error neither facts nor a reason why there are none
operation({ ...fields, access, limit, audit: {}, handle });

// @ts-expect-error a place of its own in the transaction
operation({ ...fields, access, limit, audit, handle, commit: 'none' });

// @ts-expect-error no transaction in which it could be recorded
operation({ ...fields, access, limit, audit, handle, commit: 'glance' });

// @ts-expect-error called from nowhere
operation({ ...fields, access, limit, audit, handle, on: {} });

// @ts-expect-error a limit that is in no table
operation({ ...fields, access, limit: 'message.wirte', audit, handle });

// @ts-expect-error access asks for a field that the input does not have
operation({ ...fields, access, limit, audit, handle, input: z.strictObject({ id: MessageId }) });

const swapped = z.strictObject({ channelId: MessageId, messageId: ChannelId });
// @ts-expect-error a message where a channel is meant
operation({ ...fields, access, limit, audit, handle, input: swapped });

// @ts-expect-error a permission that no table has
onChannel('message.erase', 'change');

// @ts-expect-error a permission of a channel where one of the workspace is meant
onServer('message.send');

// @ts-expect-error open to all without saying why
open();

operation({
  ...fields,
  ...{ access, limit, audit },
  handle({ refuse }) {
    // @ts-expect-error a refusal that was not declared
    refuse('edit_window_closed');
    return handle();
  },
});

// @ts-expect-error a refusal that is in no table
operation({ ...fields, access, limit, audit, handle, refuses: ['no_such_thing'] });

const done = () => Promise.resolve(reply({ done: true }));
// @ts-expect-error a reply of another shape
operation({ ...fields, access, limit, audit, handle: done });

operation({
  ...fields,
  ...{ limit, audit },
  access: open('anybody may', () => ({ by: 'default' })),
  handle({ caller }) {
    // @ts-expect-error an open operation has no certain user
    caller.userId satisfies string;
    return handle();
  },
});

operation({
  ...fields,
  ...{ limit, audit },
  access: signedIn(),
  handle({ subject }) {
    // @ts-expect-error only what was authorised is at hand: no message was
    subject.message satisfies object;
    return handle();
  },
});

const grouped = {
  ...fields,
  limit,
  audit,
  commit: 'grouped',
  heldBy: () => 'the channel',
  prepare: () => Promise.resolve(null),
  decide: () => Promise.resolve([reply(null)]),
} as const;
const demand = { channelRoles: ['owner'] } as const;
const asks = { of: 'account' } as const;
export const wholeGroup = groupedOperation({
  ...grouped,
  access: { describe: 'owners', asks, audience: 'signed-in', demand },
});

// @ts-expect-error decided together without a demand
groupedOperation({ ...grouped, access: { describe: 'owners', asks, audience: 'signed-in' } });

// @ts-expect-error decided together by something that cannot be explained
groupedOperation({ ...grouped, access: { describe: 'owners', audience: 'signed-in', demand } });

// @ts-expect-error decided together for callers who may be nobody
groupedOperation({ ...grouped, access: { describe: 'all', asks, audience: 'anyone', demand } });

const owners = { describe: 'owners', asks, audience: 'signed-in', demand } as const;
// @ts-expect-error decided together without a word of what it may wait for
groupedOperation({ ...grouped, heldBy: undefined, access: owners });

declare const someone: UserId;
// @ts-expect-error a payload of another shape
tell(someone, 'access.changed', { channelId: 'x' });

// @ts-expect-error an event that is in no table
tell(someone, 'message.sent', {});

// @ts-expect-error a secret is not the text in it
new Secret('x') satisfies string;

declare const person: Person;
// @ts-expect-error an operation that does not exist
void person.call('message.explode', {});

// @ts-expect-error an input of another shape
void person.call('message.delete', { id: 'x' });

const described = await person.call('role.describe', {}).accepted();
// @ts-expect-error the reply has no such field
described.isAdmin satisfies boolean;

const keeping = {
  ...fields,
  access,
  limit,
  audit,
  input: z.strictObject({ channelId: ChannelId, messageId: MessageId, delivery: Delivery }),
  output: z.strictObject({ refreshToken: z.string(), refreshExpiresIn: z.int() }),
  handle: () => Promise.resolve(reply({ refreshToken: '', refreshExpiresIn: 1 })),
} as const;
// What the following leave out or spell wrongly: this one is whole.
export const kept = operation({ ...keeping, cookie: { writes: true } });

// @ts-expect-error a refresh token that is given in bodies alone
operation({ ...keeping, input: fields.input });

// @ts-expect-error a caller who may ask for a cookie that is never set
operation(keeping);

// @ts-expect-error a cookie that is only read where a token is given
operation({ ...keeping, cookie: { reads: true } });

const ageless = {
  ...keeping,
  output: z.strictObject({ refreshToken: z.string() }),
  handle: () => Promise.resolve(reply({ refreshToken: '' })),
};
// @ts-expect-error a cookie that nobody knows how long to keep
operation({ ...ageless, cookie: { writes: true } });

const presented = keeping.input.extend({ refreshToken: z.string().optional() });
// @ts-expect-error a refresh token that is taken out of bodies alone
operation({ ...keeping, cookie: { writes: true }, input: presented });

declare const mails: MentionMails;
declare const consents: Consents;
declare const somebody: UserId;
const agreed = await consents.of('mention-mail', somebody);
if (agreed) void mails.ask(agreed);

// @ts-expect-error done for somebody who was never asked
void mails.ask({ userId: somebody, since: new Date() });

const counted = await consents.of('analytics', somebody);
// @ts-expect-error done with what was agreed to for something else
if (counted) void mails.ask(counted);

// @ts-expect-error done whether or not they agreed
void mails.ask(await consents.of('mention-mail', somebody));

// @ts-expect-error a purpose that there is not
await consents.of('advertising', somebody);

// @ts-expect-error a cookie for which no caller can ask
operation({ ...fields, access, limit, audit, handle, cookie: { clears: () => true } });
