/** Tells what the text of a path or a query means, from the operation's own schema, and that the schema is closed. */
import { z } from 'zod';
import type { AnyOperation } from '../../kernel/index.ts';

/** For each key of the input, how its text is read. */
export type InputShape = ReadonlyMap<string, (text: string) => unknown>;

const IDS = 'list of ids';

type Schema = z.core.JSONSchema.BaseSchema;

/** Throws for an input that takes unknown keys: they would be ignored instead of refused. */
export function inputShape(operation: AnyOperation): InputShape {
  const input = operation.input as z.ZodType;
  const root: Schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const objects = alternatives(root, root);
  for (const { type, additionalProperties } of objects)
    if (type !== 'object' || additionalProperties !== false)
      throw new Error(`${operation.name}: its input must be a strict object.`);
  const types = new Map<string, unknown[]>();
  for (const [key, schema] of objects.flatMap((one) => Object.entries(one.properties ?? {})))
    types.set(key, [
      ...(types.get(key) ?? []),
      ...alternatives(schema, root).flatMap((one) => kindOf(one, root)),
    ]);
  return new Map([...types].map(([key, known]) => [key, reading(known)]));
}

/** What a schema consists of, references followed; a schema that says nothing may be anything. */
function alternatives(schema: Schema | boolean, root: Schema): readonly Schema[] {
  if (typeof schema === 'boolean') return [{}];
  const { $ref, anyOf, oneOf } = schema;
  if ($ref !== undefined)
    return alternatives(root.$defs?.[$ref.replace('#/$defs/', '')] ?? true, root);
  return (anyOf ?? oneOf)?.flatMap((one) => alternatives(one, root)) ?? [schema];
}

/** A list of ids can stand in a URL, with commas between them: no id holds one. Other lists cannot. */
function kindOf({ type, items }: Schema, root: Schema): Schema['type'] | typeof IDS {
  if (type !== 'array' || items === undefined || Array.isArray(items)) return type;
  const kinds = alternatives(items, root);
  return kinds.every(({ format }) => format === 'uuid') ? IDS : type;
}

/** Text stays text wherever the schema might take text; what is no number stays text too, and is refused. */
function reading(types: readonly unknown[]): (text: string) => unknown {
  const only = (...kinds: readonly unknown[]): boolean =>
    types.every((type) => type === 'null' || kinds.includes(type));
  if (only('integer')) return integer;
  if (only('integer', 'number')) return number;
  if (only('boolean')) return boolean;
  if (only(IDS)) return (text) => text.split(',');
  return (text) => text;
}

function boolean(text: string): unknown {
  return text === 'true' || (text === 'false' ? false : text);
}

function integer(text: string): unknown {
  return /^(?:0|-?[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text))
    ? Number(text)
    : text;
}

function number(text: string): unknown {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}
