/** The settings of what seals messages: how long a key is used before the next one. */
import { count } from './setting-shapes.ts';

export const KEY_SETTINGS = {
  KEY_EPOCH_MESSAGES: {
    schema: count(10, 100_000_000),
    about:
      'Messages of a channel after which its authors get new data keys; what the old ones sealed stays readable.',
    allowed: '10-100000000',
    standard: '100000',
  },
  KEY_EPOCH_DAYS: {
    schema: count(1, 3_650),
    about: 'Days after which the authors of a channel in use get new data keys.',
    allowed: '1-3650',
    standard: '90',
  },
} as const;
