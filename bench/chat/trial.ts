/** What one channel is asked for. */
import type { AloneTrial } from '../alone/trial.ts';

export { faultsOf, ms, whole, type Found, type Tools } from '../alone/trial.ts';

export const CHAT_TRIALS = ['history', 'delete', 'delete-many', 'reactions'] as const;
export type ChatTrialName = (typeof CHAT_TRIALS)[number];
export type ChatTrial = AloneTrial<ChatTrialName>;
