// JSON Schemas for the admin's editor, draft-7, made of the same schemas that read the files. They describe what may be
// written (input), with a sentence on every key.

import { z } from 'zod';
import { type HomeFile, homeFiles, mappingFile } from './files.ts';
import { conditionJsonSchema } from './schema/condition.ts';

/** A JSON Schema, as far as this room looks into one. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly const?: unknown;
  readonly maximum?: number;
}

/** Schemas by the name of the file they describe: `plays.yaml`, `mapping.yaml` for every CRM. */
export function jsonSchemas(): Record<string, JsonSchema> {
  const files: HomeFile[] = [...Object.values(homeFiles), mappingFile('mapping')];
  return Object.fromEntries(files.map((file) => [file.path.replace(/^.*\//, ''), jsonSchemaOf(file)]));
}

/** The schema of one file. */
export function jsonSchemaOf(file: Pick<HomeFile, 'schema' | 'says' | 'path'>): JsonSchema {
  const made = z.toJSONSchema(file.schema, {
    io: 'input',
    target: 'draft-7',
    // What a kind of its own brings (a secret, say) may be anything an editor cannot know.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A condition is checked by our own parser, which zod cannot translate.
      if (z.globalRegistry.get(zodSchema as unknown as z.ZodType)?.id === 'Condition')
        Object.assign(jsonSchema, conditionJsonSchema);
    },
  }) as JsonSchema;
  return { ...made, title: file.path, description: file.says } as JsonSchema;
}
