/** Shows how long what is kept, and by how much the oldest of it has outstayed its time. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import {
  ChannelId,
  PAGE_ENTRIES,
  RetentionKind,
  RetentionPolicy,
  Timestamp,
} from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { NONE } from '../retention/report.ts';

export const retentionRead = operation({
  name: 'retention.read',
  summary:
    'How long what is kept: in the workspace by kind, and in channels that have it otherwise.',
  on: { http: 'GET /v1/retention', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** The last channel of the page before. */
    after: ChannelId.optional(),
    limit: z.int().min(1).max(PAGE_ENTRIES).default(50),
  }),
  output: z.strictObject({
    /** One of each kind. */
    workspace: z.array(RetentionPolicy),
    channels: z.array(RetentionPolicy),
    /** Where the next page of channels begins, as its `after`; null on the last. */
    next: ChannelId.nullable(),
    /** As the newest run found it at its beginning; null before the first. */
    lag: z
      .strictObject({
        asOf: Timestamp,
        kinds: z.array(z.strictObject({ kind: RetentionKind, lagMs: z.int() })),
      })
      .nullable(),
  }),
  access: onServer('audit.read'),
  limit: 'read',
  audit: { skip: 'what is set here is told by the settings; who set it, by its own row' },
  refuses: [],
  async handle({ input: { after, limit }, services: { retention } }) {
    const { policies, runs } = retention;
    const workspace = [...(await policies.ofWorkspace())];
    const found = await policies.overrides(after ?? null, limit + 1);
    const channels = found.slice(0, limit);
    const newest = await runs.newest();
    const lag = newest?.asOf && {
      asOf: newest.asOf.getTime(),
      kinds: workspace.map(({ kind }) => {
        return { kind, lagMs: (newest.tallies[kind] ?? NONE).lagMs };
      }),
    };
    const next = found.length > limit ? (channels.at(-1)?.channelId ?? null) : null;
    return reply({ workspace, channels, next, lag: lag ?? null });
  },
});
