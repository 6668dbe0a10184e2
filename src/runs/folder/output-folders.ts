import path from 'node:path';
import { CONFIG_SCHEMA } from '../../config/config-schema';
import { readFileLeniently } from '../../config/lenient-config';

const DEFAULT = CONFIG_SCHEMA.properties.output_dir.default;

/**
 * The folders in which runs may lie, absolute, each once: `.sft/runs` of each workspace folder, and output_dir of each configuration.
 * They need not exist. Configurations are read leniently: they may be half written.
 */
export async function outputFolders(
  workspaceFolders: readonly string[],
  configFiles: readonly string[],
): Promise<string[]> {
  const named = await Promise.all(configFiles.map(outputFolderOf));
  return [...new Set([...workspaceFolders.map((folder) => path.resolve(folder, DEFAULT)), ...named])];
}

async function outputFolderOf(configFile: string): Promise<string> {
  const config = await readFileLeniently(configFile);
  return config?.paths.output_dir ?? path.resolve(path.dirname(configFile), DEFAULT);
}
