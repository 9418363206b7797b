/** Declares who may read a page of a channel: decided by the standing that came with it, of the same snapshot. */
import { mayInChannel, sees } from '../access/index.ts';
import type { ChannelId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import type { ChannelPage } from './page-store.ts';
import type { ChatGlances } from './services.ts';

interface Asked {
  readonly channelId: ChannelId;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The page that is asked for and one row more, for callers who may read messages there. */
export function onPage(): Access<Asked, Actor, ChannelPage, ChatGlances> {
  return {
    describe: 'channel permission message.read',
    asks: { of: 'channel', permissions: ['message.read'] },
    audience: 'signed-in',
    workspace: null,
    about: ({ channelId: id }) => ({ kind: 'channel', id }),
    async resolve({ input: { channelId, before = null, limit }, caller: { userId }, services }) {
      const page = await services.page({ channelId, userId, before, limit: limit + 1 });
      if (!page || !sees(page.standing)) throw new Refusal('not_found');
      if (!mayInChannel(page.standing, 'message.read')) throw new Refusal('forbidden');
      return page;
    },
  };
}
