/** Mail as the domains know it: a letter, and somebody who takes it to where its reader finds it. */

/** Plain text to one address; the address has been through a shape that lets no line break pass. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Post {
  /** Resolves when somebody else has taken charge of the letter; throws NotSent, always within a minute. */
  send(letter: Letter): Promise<void>;
}

/** A letter was not taken. It never says for whom, nor what the other side said about them. */
export class NotSent extends Error {
  /** What went wrong, as a short name, e.g. `ETIMEDOUT` or `550`. */
  readonly code: string;
  /** Trying again is of no use. */
  readonly isFinal: boolean;

  constructor(code: string, isFinal: boolean) {
    super(`a mail was not sent: ${code}`);
    this.name = 'NotSent';
    this.code = code;
    this.isFinal = isFinal;
  }
}
