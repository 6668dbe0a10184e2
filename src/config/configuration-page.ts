import { CONFIG_SCHEMA } from './config-schema';
import type { JsonSchema } from '../base/json-schema';
import { valueText } from './key-edits';
import { isTaughtKey, teachingMarkdown } from './teach';
import { anchorOf, TERMS } from './teaching/terms';

const INTRODUCTION = `# Configuration: sft.config.json

A run is described by one JSON file. Only \`model_name\` and \`dataset\` are required; everything else has a default that suits a first run:

\`\`\`json
{
  "model_name": "models/SmolLM2-135M-Instruct",
  "dataset": "train.json"
}
\`\`\`

Paths are relative to the folder of the file. Unknown keys, values of the wrong type and values that contradict each other are
refused before anything starts, with their line and what to write instead. The editor shows the same on the key, and gives advice when
a run would start but disappoint: a learning rate that will diverge, a warm-up that never ends, data that is never seen. While the file is
being edited, the editor uses every key that is valid: the token counts next to your data follow \`model_name\`, \`max_seq_length\` and
\`system_prompt\` when it is saved.

This page is written by \`src/config\` (SFT_UPDATE_SCHEMAS=1 npm test -- src/config).
`;

/** The text of docs/configuration.md: every key with what it does. */
export function configurationPage(): string {
  return [INTRODUCTION, ...sections(CONFIG_SCHEMA, '', '##')].join('\n');
}

function sections(schema: JsonSchema, prefix: string, heading: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    // The fields of columns are listed at the key itself.
    if (!isTaughtKey(key)) return [];
    const needed = schema.required?.includes(name) === true;
    const fallback = needed ? 'Needed.' : `Default: ${code(property.default)}.`;
    const choices =
      property.enum === undefined ? '' : ` One of ${property.enum.map((value) => code(value)).join(', ')}.`;
    const terms = (TERMS[key] ?? []).map((term) => `[${term}](glossary.md#${anchorOf(term)})`).join(', ');
    const glossary = terms === '' ? '' : `\nIn the glossary: ${terms}.\n`;
    const section = `${heading} ${key}\n\n${fallback}${choices}\n\n${teachingMarkdown(key)}\n${glossary}`;
    return [section, ...sections(property, `${key}.`, `${heading}#`)];
  });
}

function code(value: unknown): string {
  return value === undefined ? 'none' : `\`${valueText(value)}\``;
}
