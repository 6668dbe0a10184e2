import path from 'node:path';
import { SftError } from '../base/errors';

/** Keys of examples, one of which every format that is read has. */
const EXAMPLE_KEYS = ['question', 'messages', 'conversations', 'instruction', 'prompt'];

/**
 * Refuses examples that are given in place of the configuration that names them.
 * @throws SftError data-for-configuration (exit code 2)
 */
export function refuseData(text: string, file: string): void {
  if (isNamedAsData(file) || holdsData(text)) refuse(file);
}

/** Refuses what need not be read to be known as data. @throws SftError data-for-configuration (exit code 2) */
export function refuseDataFile(file: string): void {
  if (isNamedAsData(file)) refuse(file);
}

function refuse(file: string): never {
  throw new SftError('data-for-configuration', 'holds examples and is not a configuration', {
    file,
    remedy: `${namingIt(file)} and give that file`,
    exitCode: 2,
  });
}

/** What to write so that a file is trained on. */
export function namingIt(file: string): string {
  return `write {"model_name": "FOLDER OF A MODEL", "dataset": ${JSON.stringify(path.basename(file))}} into sft.config.json beside it`;
}

function isNamedAsData(file: string): boolean {
  return /\.(?:csv|tsv|tab|jsonl|ndjson|parquet)$/i.test(file);
}

function holdsData(text: string): boolean {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (/^\[\s*\{/.test(start)) return true;
  return holdsExample(start) || holdsExample(start.split('\n', 1)[0]!);
}

function holdsExample(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || 'model_name' in value || 'dataset' in value) return false;
    return EXAMPLE_KEYS.some((key) => key in value);
  } catch {
    return false;
  }
}
