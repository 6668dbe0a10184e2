import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../errors';
import { writeFileAtomic } from '../files';
import type { QaExample } from './example';
import { formatFinding } from './finding';
import { streamDataset } from './read';
import { PARTS, splitDataset, type Part, type SplitParts } from './split';

/** One file that a split wrote. */
export interface SplitFile {
  readonly part: Part;
  readonly file: string;
  readonly examples: number;
}

/**
 * Writes train, validation and test beside each other in a folder, around the examples' own bytes; parts whose share is 0 are left out.
 * @throws SftError split-parts, dataset-has-errors, split-table, output-is-input, output-exists, unreadable-file
 */
export async function splitFile(
  file: string,
  out: string,
  parts: SplitParts,
  options: { readonly replace: boolean; readonly signal?: AbortSignal },
): Promise<SplitFile[]> {
  splitDataset([], parts);
  const values: QaExample[] = [];
  const sources: string[] = [];
  let lines = false;
  for await (const item of streamDataset(file, options.signal === undefined ? {} : { signal: options.signal })) {
    if (item.type === 'example') {
      values.push(item.example.value);
      sources.push(item.source);
    } else if (item.type === 'finding' && item.finding.severity === 'error') {
      throw new SftError('dataset-has-errors', `nothing was written: ${formatFinding(item.finding)}`, {
        remedy: 'mend the errors of the data first',
      });
    } else if (item.type === 'end') {
      if (item.format !== 'json' && item.format !== 'jsonl') {
        throw new SftError('split-table', 'a table cannot be split', { file, remedy: 'convert it to JSONL first' });
      }
      lines = item.format === 'jsonl';
    }
  }
  const split = splitDataset(values, parts);
  const targets = PARTS.filter((part) => parts[part] > 0).map((part) => ({
    part,
    file: path.join(out, `${part}.${lines ? 'jsonl' : 'json'}`),
  }));
  for (const target of targets) await refuse(file, target.file, options.replace);
  await mkdir(out, { recursive: true });
  for (const target of targets) {
    const chosen = split[target.part].map((index) => sources[index]!);
    await writeFileAtomic(target.file, lines ? jsonLines(chosen) : jsonArray(chosen));
  }
  return targets.map((target) => ({ ...target, examples: split[target.part].length }));
}

function jsonLines(sources: readonly string[]): string {
  return sources.map((source) => `${source}\n`).join('');
}

function jsonArray(sources: readonly string[]): string {
  return sources.length === 0 ? '[\n]\n' : `[\n${sources.map((source) => `  ${source}`).join(',\n')}\n]\n`;
}

async function refuse(input: string, target: string, replace: boolean): Promise<void> {
  const remedy = 'choose another folder';
  if (path.resolve(target) === path.resolve(input)) {
    throw new SftError('output-is-input', 'the split would overwrite its own input', { file: target, remedy });
  }
  const exists = await access(target).then(
    () => true,
    () => false,
  );
  if (exists && !replace) throw new SftError('output-exists', 'the file exists already', { file: target, remedy });
}
