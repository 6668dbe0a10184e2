import { existsSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { parseHubModel } from '../../base/hub-cache';
import { CONFIG_SCHEMA, type Config } from '../config-schema';
import { ConfigText } from '../config-text';
import { schemaProblems } from '../schema-problems';
import { configText } from '../write-config';
import { axolotlTool } from './axolotl';
import { ForeignKeys, type LostKey } from './foreign-keys';
import type { ForeignTool } from './foreign-tool';
import { llamaFactoryTool } from './llama-factory';
import { mlxTool } from './mlx-lm';
import { readYaml, type ForeignEntry } from './read-yaml';
import { trlTool } from './trl';

/** Every tool of others whose configurations are read. */
export const FOREIGN_TOOLS: readonly ForeignTool[] = [trlTool, axolotlTool, llamaFactoryTool, mlxTool];

/** A configuration of another tool as ours. */
export interface ImportedConfig {
  readonly tool: string;
  /** Checked by the schema; paths absolute. Without model_name or dataset where the file names none that is one here. */
  readonly config: Partial<Config>;
  /** Its keys that were not taken, in the order of the file. */
  readonly lost: readonly LostKey[];
  /** What holds besides, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the configuration of a tool of others.
 * @param file where it lies: its paths are taken from there
 * @param toolName one of FOREIGN_TOOLS; found out by its keys unless given
 * @throws SftError foreign-config
 */
export function importConfig(text: string, file: string, toolName?: string): ImportedConfig {
  const entries = readYaml(text, file);
  const tool = toolName === undefined ? toolOf(entries, file) : FOREIGN_TOOLS.find(({ name }) => name === toolName)!;
  const keys = new ForeignKeys(entries);
  tool.read(keys);
  placeData(keys, file);
  dropInvalid(keys);
  dropDefaults(keys);
  const lost = keys.lost.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { tool: tool.name, config: keys.config as Partial<Config>, lost, notes: keys.notes };
}

/** The text of our configuration. @param out where it will lie */
export function importedText(config: Config, out: string): string {
  return configText(config, out);
}

function toolOf(entries: readonly ForeignEntry[], file: string): ForeignTool {
  const names = new Set(entries.map(({ key }) => key));
  const scored = FOREIGN_TOOLS.map((tool) => ({ tool, score: tool.marks.filter((key) => names.has(key)).length }));
  const [best, second] = scored.toSorted((a, b) => b.score - a.score);
  if (best!.score >= 2 && best!.score > second!.score) return best!.tool;
  throw new SftError('foreign-config', 'it is not clear which tool this configuration is for', {
    file,
    remedy: `name the tool with --from: ${FOREIGN_TOOLS.map(({ name }) => name).join(', ')}`,
    exitCode: 2,
  });
}

const PATHS = ['model_name', 'dataset', 'validation_dataset', 'test_dataset', 'adapter'] as const;

/** Makes paths absolute, and leaves out what names nothing on this machine. */
function placeData(keys: ForeignKeys, file: string): void {
  const folder = path.dirname(path.resolve(file));
  for (const key of PATHS) {
    const value = keys.config[key];
    if (typeof value !== 'string') continue;
    const found = path.resolve(folder, value);
    if (existsSync(found)) keys.config[key] = found;
    else if (key !== 'model_name' || parseHubModel(value) === undefined) drop(keys, key, `there is no ${value} here`);
  }
}

function dropInvalid(keys: ForeignKeys): void {
  const text = JSON.stringify(keys.config);
  const { problems, keys: wrong } = schemaProblems(ConfigText.parse(text, ''), keys.config);
  for (const key of wrong) {
    const problem = problems.find(({ message }) => message.includes(key)) ?? problems[0];
    drop(keys, key as keyof ForeignKeys['config'], problem?.message ?? 'it has another type here');
  }
}

/** What is as it would be anyway need not be written, unless another key would change it. */
function dropDefaults({ config }: ForeignKeys): void {
  for (const key of Object.keys(config) as (keyof typeof config)[]) {
    const property: object = CONFIG_SCHEMA.properties[key];
    const usual: unknown = 'default' in property ? property.default : undefined;
    if (key !== 'warmup_steps' && JSON.stringify(config[key]) === JSON.stringify(usual))
      Reflect.deleteProperty(config, key);
  }
}

function drop(keys: ForeignKeys, key: keyof ForeignKeys['config'], reason: string): void {
  Reflect.deleteProperty(keys.config, key);
  const origin = keys.origins.get(key);
  if (origin !== undefined) keys.lost.push({ ...origin, reason });
}
