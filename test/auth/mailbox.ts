/** The mail of a node's people: what the server wrote to its outbox, read as whoever it is for would read it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/bootstrap-clone.ts';

export interface Read {
  readonly subject: string;
  readonly text: string;
  /** The code in it. */
  readonly token: string;
}

export class Mailbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-mail-'));

  /** What a node needs to write here. */
  get environment() {
    return { MAIL_OUTBOX: this.folder };
  }

  files(): string[] {
    return readdirSync(this.folder).filter((name) => name.endsWith('.txt') && name[0] !== '.');
  }

  /** All letters to this address, oldest first. */
  to(email: string): Read[] {
    const texts = this.files()
      .sort()
      .map((name) => readFileSync(join(this.folder, name), 'utf8'));
    return texts.filter((text) => text.includes(`\nTo: ${email}\n`)).map(read);
  }

  /** Waits until that many letters with this subject have come, and gives the newest. */
  async comes(email: string, subject: RegExp, times = 1): Promise<Read> {
    const about = () => this.to(email).filter((letter) => subject.test(letter.subject));
    await eventually(`${times} letters about ${subject}`, () => about().length >= times);
    const newest = about().at(-1);
    assert.ok(newest);
    return newest;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const RESET = /new password/;
export const CONFIRM = /Confirm/;

function read(file: string): Read {
  const [head = '', ...rest] = file.split('\n\n');
  const text = rest.join('\n\n');
  const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? '';
  const token = /c[pv]1\.\S+/.exec(text)?.[0] ?? '';
  return { subject, text, token };
}
