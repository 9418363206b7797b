/** The operations page: one section per operation, from its declaration. */
import { z } from 'zod';
import { REFRESH_COOKIE } from '../../src/contract/index.ts';
import type { AnyOperation } from '../../src/kernel/index.ts';
import { operations } from '../../src/operations.ts';

export function operationsPage(): string {
  const sorted = [...operations].sort((a, b) => a.name.localeCompare(b.name));
  return [
    '# Operations',
    'Made from the registry by `npm run docs`. A socket event has the name of the operation and acknowledges with',
    '`{ ok: true, data }` or `{ ok: false, error }`; over HTTP the data is the body, and a list of ids in a query is',
    'written with commas. Any operation may also answer the universal refusals: `invalid_input`, `unauthenticated`,',
    '`token_expired`, `not_found`, `forbidden`, `rate_limited`, `overloaded`, `unavailable`, `outcome_unknown`,',
    '`internal`.',
    '',
    `The refresh cookie is \`${REFRESH_COOKIE}\` (HttpOnly, Secure, SameSite=Strict, Path=/, no Domain); see`,
    '[the client library](../client.md#in-a-browser) and [SECURITY.md](../../SECURITY.md#requests-from-other-pages).',
    '',
    ...sorted.flatMap(section),
  ].join('\n');
}

function section(operation: AnyOperation): string[] {
  const { name, summary, on, commit, access, limit, refuses, audit } = operation;
  const known = 'known' in operation ? operation.known : undefined;
  const limits = `\`${limit}\`${known ? `, known callers \`${known.limit}\`` : ''}`;
  const where = [on.socket ? 'socket' : [], on.http ? `\`${on.http}\`` : []].flat().join(', ');
  return [
    `## ${name}`,
    summary,
    '',
    `| on | access | limit | commit | audited | refuses |`,
    '|---|---|---|---|---|---|',
    `| ${where} | ${access.describe} | ${limits} | ${commit} | ${'record' in audit ? 'yes' : `no: ${audit.skip}`} | ${refuses.map((code) => `\`${code}\``).join(', ') || '-'} |`,
    '',
    ...byCookie(operation),
    ...shape('Input', operation.input as z.ZodType, 'input'),
    ...shape('Reply', operation.output as z.ZodType, 'output'),
  ];
}

/** What `delivery` `cookie` means for the operation, from what it declares. */
function byCookie(operation: AnyOperation): string[] {
  const cookie = operation.commit === 'grouped' ? undefined : operation.cookie;
  if (!cookie) return [];
  const does = [
    cookie.reads ? 'the cookie stands in for `refreshToken` of the input' : [],
    cookie.writes ? '`refreshToken` of the reply goes into the cookie and not into the body' : [],
    cookie.clears ? 'a yes that ends the session of the caller clears the cookie' : [],
  ].flat();
  const demand = 'The request must name an allowed `Origin`.';
  return [`With \`delivery\` \`cookie\`, over HTTP: ${does.join('; ')}. ${demand}`, ''];
}

function shape(title: string, schema: z.ZodType, io: 'input' | 'output'): string[] {
  const text = fields(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json, '');
  return [`**${title}**`, '', ...(text.length > 0 ? text : ['- nothing']), ''];
}

interface Json {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly items?: Json;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

function fields(schema: Json, indent: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const needed = schema.required?.includes(name) === true && property.default === undefined;
    const fallback =
      property.default === undefined ? '' : `, ${JSON.stringify(property.default)} when left out`;
    const inner = property.items ?? property;
    return [
      `${indent}- \`${name}\`${needed ? '' : ' (optional)'}: ${kind(property)}${fallback}`,
      ...(inner.properties ? fields(inner, `${indent}  `) : []),
      ...(inner.oneOf ?? []).flatMap((variant) => alternative(variant, `${indent}  `)),
    ];
  });
}

/** One of several shapes, headed by the field whose fixed value tells it from the others. */
function alternative({ properties = {}, ...schema }: Json, indent: string): string[] {
  const told = Object.entries(properties).find(([, { const: value }]) => value !== undefined);
  if (!told) return [];
  const [name, { const: value }] = told;
  const others = Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name));
  const heading = `${indent}- with \`${name}\` \`${JSON.stringify(value)}\``;
  return [heading, ...fields({ ...schema, properties: others }, `${indent}  `)];
}

function kind(schema: Json): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map(kind))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  const most = schema.maxItems === undefined ? '' : `, at most ${schema.maxItems}`;
  if (schema.type === 'array') return `list of ${kind(schema.items ?? {})}${most}`;
  const bounds = [
    schema.minLength === undefined ? '' : `at least ${schema.minLength} characters`,
    schema.maxLength === undefined ? '' : `at most ${schema.maxLength} characters`,
    schema.minimum === undefined || schema.minimum < -1e15 ? '' : `from ${schema.minimum}`,
    schema.maximum === undefined || schema.maximum > 1e15 ? '' : `to ${schema.maximum}`,
  ].filter(Boolean);
  const name = schema.format ?? schema.type ?? 'anything';
  return bounds.length > 0 ? `${name}, ${bounds.join(', ')}` : name;
}
