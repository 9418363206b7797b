/** The doctor under its own name: the settings, or, with --verify, the rows of the live server. */
import { command, flag } from '../command.ts';
import { findingLine, throughout } from './admin/doctor.ts';

export const doctor = command({
  name: 'doctor',
  summary: 'Check the settings of the server, or the rows that it has.',
  options: {
    production: flag('--production', 'By what production demands, whatever NODE_ENV is.'),
    verify: flag(
      '--verify',
      'Hold the rows of the server, which may run, against what must hold of them. Needs the login that owns the tables.',
    ),
  },
  calls: [],
  async *run({ production, verify }, desk) {
    yield* throughout(verify ? (await desk.keeper()).verify() : desk.examine({ production }));
  },
  words: findingLine,
});
