/** Carries a batch of sends through the append statement, sealing again what met a newer key epoch. */
import type { AppendDemand, AppendVerdict } from './append-store.ts';
import type { SendCall } from './operations/message.send.ts';
import type { SealedPost } from './sealer.ts';
import type { ChatGrouped } from './services.ts';

export interface Decided {
  readonly call: SendCall;
  readonly post: SealedPost;
  readonly verdict: AppendVerdict;
}

/** One decision per call, in their order. A key epoch that rolled meanwhile is met by sealing once more. */
export async function decideAppends(
  services: ChatGrouped,
  calls: readonly SendCall[],
  demand: AppendDemand,
  at: Date,
): Promise<readonly Decided[]> {
  const first = await append(services, calls, demand, at);
  const again: SendCall[] = [];
  for (const { call, verdict } of first)
    if (verdict.verdict === 'stale_key') again.push(await sealAgain(services, call));
  if (again.length === 0) return first;
  const second = [...(await append(services, again, demand, at))];
  return first.map((decided) =>
    decided.verdict.verdict === 'stale_key' ? (second.shift() ?? decided) : decided,
  );
}

async function append(
  services: ChatGrouped,
  calls: readonly SendCall[],
  demand: AppendDemand,
  at: Date,
): Promise<readonly Decided[]> {
  const [first] = calls;
  if (!first) return [];
  const appends = calls.map(({ input, caller, prepared }) => ({
    ...prepared,
    authorId: caller.userId,
    clientId: input.clientId,
    replyTo: input.replyTo ?? null,
  }));
  const verdicts = await services.append(first.caller.workspaceId, appends, demand, at);
  return calls.map((call, i) => {
    const verdict = verdicts[i];
    if (!verdict) throw new Error('the append statement answered for fewer rows than it was given');
    return { call, post: call.prepared, verdict };
  });
}

async function sealAgain({ sealer }: ChatGrouped, call: SendCall): Promise<SendCall> {
  const { input, caller } = call;
  sealer.forgetEpoch(call.prepared.channelId);
  const { workspaceId, userId } = caller;
  return { ...call, prepared: await sealer.seal(workspaceId, input.channelId, userId, input.body) };
}
