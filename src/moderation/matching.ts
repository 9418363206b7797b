/** Compiles filters into one check whose time grows with the length of the text, whatever the patterns are. */
import { RE2JS } from 're2js';
import type { ChannelId, FilterAction, FilterId, FilterKind } from '../contract/index.ts';

export interface ReadableFilter {
  readonly id: FilterId;
  readonly channelId: ChannelId | null;
  readonly kind: FilterKind;
  readonly action: FilterAction;
  readonly text: string;
}

export interface Match {
  readonly id: FilterId;
  readonly action: FilterAction;
}

/** Filters of a workspace, and again of each channel. */
export const FILTERS = 500;
/**
 * Instructions of all the patterns that one message is held against: RE2 takes a step for each of them and character
 * at most (Cox, Regular Expression Matching Can Be Simple And Fast), so this times the longest message is the bound.
 */
export const PROGRAM_SIZE = 400;
/** Longest text of a filter, in characters. */
export const FILTER_CHARACTERS = 200;

const WORD = /^[\p{L}\p{M}\p{N}]+$/u;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;
/** A scheme or not, a host with a dot in it. Every quantifier is over one class: linear. */
const HOSTS = /[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** As words and domains are compared: compatible forms are one (UAX #15), capitals do not matter. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** What is wrong with a filter of that kind; null where it can be used, with the size of its program. */
export function fault(kind: FilterKind, text: string): string | null {
  if (kind === 'word') return WORD.test(folded(text)) ? null : 'not_one_word';
  if (kind === 'link') return DOMAIN.test(folded(text)) ? null : 'not_a_domain';
  return programSize(text) === null ? 'not_a_pattern' : null;
}

/** Of a pattern in instructions; 0 for other kinds of filters, null where it does not compile. */
export function programSize(text: string): number | null {
  try {
    return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE).programSize();
  } catch {
    return null;
  }
}

/** The check for messages in a channel: all filters that are true of a text, in the order in which they were given. */
export function compiled(filters: readonly ReadableFilter[]) {
  const words = new Map<string, ReadableFilter[]>();
  const domains = new Map<string, ReadableFilter[]>();
  const patterns: { readonly filter: ReadableFilter; readonly pattern: RE2JS }[] = [];
  for (const filter of filters) {
    if (fault(filter.kind, filter.text) !== null) continue; // kept from an earlier version of this server
    if (filter.kind === 'pattern') {
      const pattern = RE2JS.compile(filter.text, RE2JS.CASE_INSENSITIVE);
      patterns.push({ filter, pattern });
      continue;
    }
    const table = filter.kind === 'word' ? words : domains;
    const key = folded(filter.text);
    table.set(key, [...(table.get(key) ?? []), filter]);
  }
  const inForce = (filter: ReadableFilter, channelId: ChannelId) =>
    filter.channelId === null || filter.channelId === channelId;

  return (channelId: ChannelId, text: string): readonly Match[] => {
    const found = new Set<ReadableFilter>();
    const plain = folded(text);
    if (words.size > 0)
      for (const [word] of plain.matchAll(WORDS))
        for (const one of words.get(word) ?? []) found.add(one);
    if (domains.size > 0)
      for (const [host] of plain.matchAll(HOSTS))
        for (const domain of withParents(host))
          for (const one of domains.get(domain) ?? []) found.add(one);
    for (const { filter, pattern } of patterns)
      if (inForce(filter, channelId) && pattern.test(text)) found.add(filter);
    return filters
      .filter((filter) => found.has(filter) && inForce(filter, channelId))
      .map(({ id, action }) => ({ id, action }));
  };
}

/** Most labels of a name (RFC 1035 leaves room for no more): a text of dots costs no more than that each. */
const LABELS = 127;

function* withParents(host: string): Generator<string> {
  const labels = host.split('.').slice(-LABELS);
  for (let from = 0; from < labels.length - 1; from += 1) yield labels.slice(from).join('.');
}
