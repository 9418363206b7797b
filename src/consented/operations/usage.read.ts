/** Shows admins how much the workspace is used, day by day: two numbers over those who agreed to be counted. */
import { z } from 'zod';
import { onServer } from '../../access/index.ts';
import { reply } from '../../kernel/index.ts';
import { operation } from '../declare.ts';
import { FEWEST_PEOPLE } from '../usage.ts';

const Day = z.iso.date();
/** Two years: as long as days are kept. */
const MOST_DAYS = 731;

export const usageRead = operation({
  name: 'usage.read',
  summary:
    'How many people wrote, and how many messages, on each day (UTC) that is over: over those who consent to it.',
  on: { http: 'GET /v1/usage', socket: true },
  commit: 'read',
  input: z.strictObject({
    /** Only days before that one. */
    before: Day.optional(),
    limit: z.int().min(1).max(MOST_DAYS).default(30),
  }),
  output: z.strictObject({
    /** The newest first; null where fewer than `fewestPeople` wrote who consent. */
    days: z.array(
      z.strictObject({ day: Day, people: z.int().nullable(), messages: z.int().nullable() }),
    ),
    more: z.boolean(),
    fewestPeople: z.int(),
  }),
  access: onServer('setting.administer'),
  limit: 'statistics',
  audit: { skip: 'two numbers a day, of nobody in particular' },
  refuses: [],
  async handle({ input: { before = null, limit }, services: { usage } }) {
    const found = await usage.page(before, limit + 1);
    const [days, more] = [found.slice(0, limit), found.length > limit];
    return reply({ days, more, fewestPeople: FEWEST_PEOPLE });
  },
});
