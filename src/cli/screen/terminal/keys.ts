/** Turns what a terminal sends into text, pastes and named keys, wherever the pieces happen to be cut. */

/**
 * `text`: typed. `paste`: between the marks of bracketed paste, whatever it holds. `key`: its name after its
 * modifiers, in the order ctrl, alt, shift: `enter`, `alt+left`, `ctrl+k`.
 */
export type Input =
  | { readonly kind: 'text' | 'paste'; readonly text: string }
  | { readonly kind: 'key'; readonly name: string };

const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** Longest paste that is taken; of a longer one the rest is left out. */
const PASTE_CHARACTERS = 100_000;
/** No key is longer: what begins like one and goes on is noise. */
const SEQUENCE_CHARACTERS = 32;

/** Control Sequence Introducer or Single Shift Three, with what follows (xterm, "PC-Style Function Keys"). */
const SEQUENCE = /^\p{Cc}(?:\[[0-9;:<=>?]*[ -/]*[@-~]|O[0-9;]*[@-~])/u;
const BEGUN = /^\p{Cc}(?:\[[0-9;:<=>?]*[ -/]*|O[0-9;]*)?$/u;

const BY_LETTER: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'enter',
  Z: 'shift+tab',
};

const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
};

const BY_CODE: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  10: 'ctrl+j',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
};

export class KeyReader {
  #rest = '';
  /** What was pasted so far, while a paste is under way. */
  #paste: string | null = null;

  /** Whether an escape has arrived that may be a key by itself, or the beginning of another. */
  get isWaiting(): boolean {
    return this.#paste === null && this.#rest === '\x1b';
  }

  /** Everything that is complete with this piece. */
  read(piece: string): Input[] {
    this.#rest += piece;
    const inputs: Input[] = [];
    for (;;) {
      const input = this.#paste === null ? this.#next() : this.#pasted();
      if (input === null) return inputs;
      if (input !== 'nothing') inputs.push(input);
    }
  }

  /** Nothing followed: an escape that waits was the key. */
  flush(): Input[] {
    if (!this.isWaiting) return [];
    this.#rest = '';
    return [key('escape')];
  }

  /** The next input; `nothing` for what says nothing to us; null when there is no more. */
  #next(): Input | 'nothing' | null {
    const rest = this.#rest;
    if (rest === '') return null;
    if (rest.startsWith(PASTE_BEGIN)) {
      this.#rest = rest.slice(PASTE_BEGIN.length);
      this.#paste = '';
      return 'nothing';
    }
    if (rest.startsWith('\x1b')) return this.#escape();
    const text = /^\P{Cc}+/u.exec(rest)?.[0];
    if (text !== undefined) return this.#took(text.length, { kind: 'text', text });
    return this.#took(1, key(nameOfCode(rest.charCodeAt(0))));
  }

  #escape(): Input | 'nothing' | null {
    const rest = this.#rest;
    const twice = rest.startsWith('\x1b\x1b') && rest.length > 2; // Alt, as some terminals say it
    const begin = twice ? rest.slice(1) : rest;
    const [sequence] = SEQUENCE.exec(begin) ?? [];
    if (sequence !== undefined) {
      const name = nameOf(sequence);
      const length = sequence.length + (twice ? 1 : 0);
      return this.#took(
        length,
        name === null ? 'nothing' : key(twice ? modified('alt', name) : name),
      );
    }
    if (BEGUN.test(begin)) {
      if (begin.length <= SEQUENCE_CHARACTERS) return null;
      return this.#took(rest.length, 'nothing');
    }
    const [character = ''] = begin.slice(1);
    if (character === '\x1b') return this.#took(1, key('escape'));
    const code = character.charCodeAt(0);
    const name = code < 32 || code === 127 ? nameOfCode(code) : character;
    return this.#took(1 + character.length, key(modified('alt', name)));
  }

  #pasted(): Input | null {
    const paste = (this.#paste ?? '') + this.#rest;
    const end = paste.indexOf(PASTE_END);
    if (end < 0) {
      // The end mark may be cut in two: its beginning stays to be read again.
      const keep = paste.length - PASTE_END.length;
      this.#paste = keep > 0 ? paste.slice(0, Math.min(keep, PASTE_CHARACTERS)) : '';
      this.#rest = keep > 0 ? paste.slice(keep) : paste;
      return null;
    }
    this.#paste = null;
    this.#rest = paste.slice(end + PASTE_END.length);
    return { kind: 'paste', text: paste.slice(0, Math.min(end, PASTE_CHARACTERS)) };
  }

  #took<T>(characters: number, what: T): T {
    this.#rest = this.#rest.slice(characters);
    return what;
  }
}

const key = (name: string): Input => ({ kind: 'key', name });

/** A control character by its key: what Ctrl and a letter send (ECMA-48, 5.2). */
function nameOfCode(code: number): string {
  return BY_CODE[code] ?? `ctrl+${String.fromCharCode(code + 96)}`;
}

function nameOf(sequence: string): string | null {
  const [, inside = '', final = ''] = /^\p{Cc}[[O]([^@-~]*)([@-~])$/u.exec(sequence) ?? [];
  const [first = '', second = '', third = ''] = inside.split(';');
  if (final === 'u') return withModifiers(nameOfPoint(Number(first)), second);
  if (final !== '~') return withModifiers(BY_LETTER[final] ?? null, second);
  if (first === '27') return withModifiers(nameOfPoint(Number(third)), second); // modifyOtherKeys
  return withModifiers(BY_NUMBER[first] ?? null, second);
}

function nameOfPoint(point: number): string | null {
  const code = BY_CODE[point];
  if (code !== undefined) return code;
  return point > 31 && point < 0x110000 ? String.fromCodePoint(point).toLowerCase() : null;
}

/** The modifiers are 1 more than a sum of shift 1, alt 2 and ctrl 4. */
function withModifiers(name: string | null, parameter: string): string | null {
  if (name === null) return null;
  const bits = Math.max(0, Number.parseInt(parameter === '' ? '1' : parameter, 10) - 1);
  let full = name;
  if (bits & 1) full = modified('shift', full);
  if (bits & 2) full = modified('alt', full);
  if (bits & 4) full = modified('ctrl', full);
  return full;
}

const ORDER = ['ctrl', 'alt', 'shift'];

function modified(modifier: string, name: string): string {
  const parts = name.length > 1 ? name.split('+') : [name];
  const base = parts.at(-1) ?? name;
  const modifiers = new Set([modifier, ...parts.slice(0, -1)]);
  return [...ORDER.filter((one) => modifiers.has(one)), base].join('+');
}
