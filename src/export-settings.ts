/** The settings of exports of personal data. */
import { folder } from './setting-shapes.ts';

export const EXPORT_SETTINGS = {
  EXPORT_DIR: {
    schema: folder,
    about:
      'Folder that exports of personal data are kept in, sealed, for a week: the same for all nodes, and not backed up. npm start uses var/exports. Without it, exports are refused.',
    allowed: 'the absolute path of a folder',
    optional: true,
  },
} as const;
