/** How each tone looks; without colours a line is its text and nothing else, not even bold. */
import { PERSON_TONES, type Line, type Tone } from '../layout/line.ts';

/** Turns a line into what a terminal shows. */
export type Theme = (line: Line) => string;

/** Select Graphic Rendition (ECMA-48, 8.3.117): how it is switched on, and how off again. */
type Rendition = readonly [on: readonly number[], off: readonly number[]];

const FOREGROUND = 39;
const INTENSITY = 22;
const INVERSE: Rendition = [[7], [27]];

/** The terminal's own colours, so that they fit its background: six, and the same six bright. */
const PEOPLE: readonly number[] = [36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94, 91];

const TONES: Readonly<Record<Exclude<Tone, `person-${number}`>, Rendition | null>> = {
  plain: null,
  quiet: [[2], [INTENSITY]],
  strong: [[1], [INTENSITY]],
  alert: [
    [1, 31],
    [INTENSITY, FOREGROUND],
  ],
  good: [[32], [FOREGROUND]],
  notice: [[33], [FOREGROUND]],
  selected: INVERSE,
};

/** With colours, or with nothing but characters. */
export const themeFor = (colour: boolean): Theme => (colour ? coloured : plain);

const plain: Theme = (line) => line.map(({ text }) => text).join('');

const coloured: Theme = (line) =>
  line
    .map(({ text, tone }) => {
      const rendition = renditionOf(tone);
      return rendition && text !== '' ? `${sgr(rendition[0])}${text}${sgr(rendition[1])}` : text;
    })
    .join('');

function renditionOf(tone: Tone): Rendition | null {
  if (!isPerson(tone)) return TONES[tone];
  const number = Number(tone.slice('person-'.length)) % PERSON_TONES;
  return [
    [1, PEOPLE[number] ?? FOREGROUND],
    [INTENSITY, FOREGROUND],
  ];
}

const isPerson = (tone: Tone): tone is `person-${number}` => tone.startsWith('person-');

const sgr = (codes: readonly number[]) => codes.map((code) => `\x1b[${code}m`).join('');
