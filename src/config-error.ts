/** What stops a start because of the settings, with every problem found. */

/** A value that stops the start; the message names the variable and what is allowed, never the value. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
