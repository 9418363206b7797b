/** The trials of `npm run bench:privacy`, in full and in small. */
import type { AloneBench } from '../alone/trial.ts';
import { erasing } from './erase.ts';
import { exporting } from './export.ts';
import { retaining } from './retention.ts';
import { PRIVACY_TRIALS, PROMISED, type PrivacyTrialName } from './trial.ts';

export const PRIVACY: AloneBench<PrivacyTrialName> = {
  command: 'npm run bench:privacy',
  names: PRIVACY_TRIALS,
  sized: true,
  trials({ quick, messages }) {
    const many = messages ?? (quick ? 5_000 : PROMISED);
    const size = { messages: many, perSecond: quick ? 50 : 100, seconds: quick ? 3 : 10 };
    return {
      export: exporting(size),
      erase: erasing({ ...size, watched: quick ? 5 : 30 }),
      retention: retaining(size),
    };
  },
};
