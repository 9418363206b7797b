/** Reads what a message said before it was edited, for who moderates where it was posted. */
import { z } from 'zod';
import { ChannelId, MessageId, PAGE_ENTRIES, Timestamp } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { onReadableMessage } from '../readable-access.ts';

const Version = z.strictObject({
  version: z.int().positive(),
  /** When this version was written. */
  at: Timestamp,
  /** `unreadable`: it does not open under its key. */
  content: z.enum(['present', 'unreadable']),
  body: z.string().nullable(),
});

export const messageVersions = operation({
  name: 'message.versions',
  summary: 'What a message said before each edit, the newest first; a deleted one has none.',
  on: { http: 'GET /v1/channels/:channelId/messages/:messageId/versions', socket: true },
  commit: 'read',
  input: z.strictObject({
    channelId: ChannelId,
    messageId: MessageId,
    /** Only versions with a lower number; the newest when left out. */
    before: z.int().positive().optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({ versions: z.array(Version), more: z.boolean() }),
  access: onReadableMessage('message.edit-history'),
  limit: 'read',
  audit: {
    // Words that their author took back: who reads them leaves a trace.
    record: ({ subject: { message }, reply: { versions } }) => ({
      resource: { kind: 'message', id: message.id },
      subjectId: message.authorId,
      details: { channelId: message.channelId, versions: versions.length },
    }),
  },
  refuses: [],
  async handle({ input, subject: { message }, services }) {
    const { before = null, limit } = input;
    const rows = await services.versions.page(message, before, limit + 1);
    const versions: z.input<typeof Version>[] = [];
    for (const { at, ...row } of rows.slice(0, limit)) {
      const body = await services.content.body(services.keys, { ...message, ...row });
      const content = body === null ? 'unreadable' : 'present';
      versions.push({ version: row.version, at: at.getTime(), content, body });
    }
    return reply({ versions, more: rows.length > limit });
  },
});
