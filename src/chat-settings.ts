/** The settings of messages: how long they may be edited, and how long a key seals them before the next one. */
import { count } from './setting-shapes.ts';
import type { Setting } from './settings.ts';

export const CHAT_SETTINGS = {
  EDIT_WINDOW_MINUTES: {
    schema: count(0, 525_600),
    about: 'How long an author may edit a message; 0: never.',
    allowed: '0-525600',
    standard: '1440',
  },
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
} as const satisfies Record<string, Setting>;
