import type { JsonSchema } from '../base/json-schema';
import { CONFIG_SCHEMA } from './config-schema';
import { isTaughtKey, teachingMarkdown } from './teach';

interface EditorSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, EditorSchema>>;
}

/**
 * The schema the JSON support of VS Code is given for sft.config.json (schemas/config.editor.schema.json). It completes and explains keys
 * and refuses nothing: mistakes come from this project's own check, once, with fixes.
 */
export function configEditorSchema(): EditorSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: CONFIG_SCHEMA.title,
    description: CONFIG_SCHEMA.description,
    properties: propertiesOf(CONFIG_SCHEMA, ''),
  };
}

function propertiesOf(schema: JsonSchema, prefix: string): Readonly<Record<string, EditorSchema>> {
  const entries = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const key = `${prefix}${name}`;
    const entry: EditorSchema = {
      ...(property.description === undefined ? {} : { description: property.description }),
      ...(isTaughtKey(key) ? { markdownDescription: teachingMarkdown(key) } : {}),
      default: insertedValue(name, property),
      ...(property.properties === undefined ? {} : { properties: propertiesOf(property, `${key}.`) }),
    };
    return [name, entry] as const;
  });
  return Object.fromEntries(entries);
}

/** What completing the key writes: the default, an example where that is null, and room for a path where one is needed. */
function insertedValue(name: string, property: JsonSchema): unknown {
  if (name === 'model_name' || name === 'dataset') return '';
  return property.default ?? property.examples?.[0];
}
