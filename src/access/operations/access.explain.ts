/** Tells an admin whether somebody may call something and which rule decides it, by the very code that decides it. */
import { z } from 'zod';
import { ChannelId, ChannelRole, RoleName, UserId, WorkspaceRole } from '../../contract/index.ts';
import { operationsFor, reply, type Resource } from '../../kernel/index.ts';
import { RULES, type RuleName } from '../decide.ts';
import { onServer } from '../declare.ts';
import { explain } from '../explain.ts';
import type { AccessDomain, AccessServices } from '../services.ts';

const input = z.strictObject({
  userId: UserId,
  /** The name of an operation, e.g. `message.send`. */
  operation: z.string().min(1).max(100),
  /** The channel that the call would be about: needed where it is about one. */
  channelId: ChannelId.optional(),
});
type Input = z.output<typeof input>;

const RULE_NAMES = Object.keys(RULES) as [RuleName, ...RuleName[]];

export const accessExplain = operationsFor<AccessServices, AccessDomain>()({
  name: 'access.explain',
  summary: 'Whether somebody may call an operation, and the rule that decides it.',
  on: { http: 'GET /v1/access/explanation', socket: true },
  commit: 'read',
  input,
  output: z.strictObject({
    allowed: z.boolean(),
    /** What the operation declares. */
    access: z.string(),
    /** Null where the account is not in use. */
    role: WorkspaceRole.nullable(),
    /** Null where no channel is asked about, or for somebody who is not in it. */
    channelRole: ChannelRole.nullable(),
    /** One for each permission that would do; one that allows is enough. */
    rules: z.array(
      z.strictObject({
        permission: z.string().nullable(),
        allowed: z.boolean(),
        rule: z.enum(RULE_NAMES),
        because: z.string(),
        /** What the role of the workspace's own making is called that decided; null where none did. */
        customRole: RoleName.nullable(),
      }),
    ),
    /** With which codes it may still be refused, for what is done rather than for who does it. */
    refuses: z.array(z.string()),
  }),
  access: {
    ...onServer('user.administer'),
    about: ({ userId: id }: Input): Resource => ({ kind: 'account', id }),
  },
  limit: 'read',
  audit: {
    record: ({ input: { userId: id, operation }, reply: { allowed } }) => ({
      resource: { kind: 'account', id },
      subjectId: id,
      details: { operation, allowed },
    }),
  },
  refuses: ['unknown_operation'],
  prepare({ input: asked, domain, refuse }) {
    return Promise.resolve(domain.operation(asked.operation) ?? refuse('unknown_operation'));
  },
  async handle({ input: { userId, channelId }, services: { standings }, prepared, refuse }) {
    const { access, refuses } = prepared;
    const { asks } = access;
    const active = await standings.isActive(userId);
    if (active === null) return refuse('not_found');
    if (asks.of === 'channel' && channelId === undefined)
      return refuse('invalid_input', [{ path: 'channelId', problem: 'needed_here' }]);
    const about = channelId !== undefined && active;
    const standing = about ? await standings.inChannel(userId, channelId) : null;
    if (about && !standing) return refuse('not_found');
    const holds = await standings.inWorkspace(userId);
    const rules = explain(asks, { holds, standing }).map((one) => ({
      ...one,
      because: RULES[one.rule],
      customRole: one.customRole ?? null,
    }));
    return reply({
      allowed: rules.some(({ allowed }) => allowed),
      access: access.describe,
      role: holds?.workspaceRole ?? null,
      channelRole: standing?.channelRole ?? null,
      rules,
      refuses: [...refuses],
    });
  },
});
