/** Carries a batch of sends through the append statement: without waiting, or waiting and sealing again where it must. */
import { LATER, Refusal } from '../kernel/index.ts';
import type { AppendDemand, AppendVerdict } from './append-store.ts';
import type { SendCall } from './operations/message.send.ts';
import type { SealedPost } from './sealer.ts';
import type { ChatGrouped } from './services.ts';

/** What it works with. */
type Services = Pick<ChatGrouped, 'append' | 'sealer'>;

export interface Decided<V = AppendVerdict | Refusal> {
  readonly call: SendCall;
  readonly post: SealedPost;
  readonly verdict: V;
}

/** One decision per call, in their order; LATER for those of a busy channel, and those to be sealed again. */
export async function decideAtOnce(
  services: Services,
  calls: readonly SendCall[],
  demand: AppendDemand,
  at: Date,
): Promise<readonly (Decided | typeof LATER)[]> {
  const decided = await append(services, calls, demand, at, false);
  return decided.map((each) => {
    const { verdict } = each.verdict;
    return verdict === 'busy' || verdict === 'stale_key' ? LATER : each;
  });
}

/**
 * One decision per call, in their order. A key epoch that rolled meanwhile is met by sealing once more. By then
 * the neighbours may be committed: whatever fails there is the verdict of its own call, and of no other.
 */
export async function decidePatiently(
  services: Services,
  calls: readonly SendCall[],
  demand: AppendDemand,
  at: Date,
): Promise<readonly Decided[]> {
  const decided: Decided[] = [...(await append(services, calls, demand, at, true))];
  const again: { readonly place: number; readonly call: SendCall }[] = [];
  for (const [place, { call, post, verdict }] of decided.entries()) {
    if (verdict instanceof Refusal || verdict.verdict !== 'stale_key') continue;
    const sealed = await sealAgain(services, call).catch(asRefusal);
    if (sealed instanceof Refusal) decided[place] = { call, post, verdict: sealed };
    else again.push({ place, call: sealed });
  }
  const resealed = again.map(({ call }) => call);
  const second = await append(services, resealed, demand, at, true).catch(asRefusal);
  for (const [i, { place, call }] of again.entries()) {
    const verdict = second instanceof Refusal ? second : second[i]?.verdict;
    if (verdict) decided[place] = { call, post: call.prepared, verdict };
  }
  return decided;
}

async function append(
  services: Services,
  calls: readonly SendCall[],
  demand: AppendDemand,
  at: Date,
  wait: boolean,
): Promise<readonly Decided<AppendVerdict>[]> {
  const [first] = calls;
  if (!first) return [];
  const appends = calls.map(({ input, caller, prepared }) => ({
    ...prepared,
    authorId: caller.userId,
    clientId: input.clientId,
    replyTo: input.replyTo ?? null,
    mentions: input.mentions ?? [],
  }));
  const verdicts = await services.append(first.caller.workspaceId, appends, demand, at, wait);
  return calls.map((call, i) => {
    const verdict = verdicts[i];
    if (!verdict) throw new Error('the append statement answered for fewer rows than it was given');
    return { call, post: call.prepared, verdict };
  });
}

async function sealAgain({ sealer }: Services, call: SendCall): Promise<SendCall> {
  const { input, caller } = call;
  sealer.forgetEpoch(call.prepared.channelId);
  const { workspaceId, userId } = caller;
  return {
    ...call,
    prepared: await sealer.seal(workspaceId, input.channelId, userId, input.clientId, input.body),
  };
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('internal', { cause: error });
}
