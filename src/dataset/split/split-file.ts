import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../../base/errors';
import { writeFileAtomic } from '../../base/files';
import { refuseOutput } from '../../base/output-file';
import { OUR_COLUMNS, type Columns } from '../columns';
import type { DatasetFormat, QaExample } from '../example';
import { formatFinding, type Finding } from '../finding';
import { streamBatches } from '../read';
import { PARTS, splitDataset, type Part, type Split, type SplitParts } from './split';

/** One file that a split wrote. */
export interface SplitFile {
  readonly part: Part;
  readonly file: string;
  readonly examples: number;
}

/** A file's examples and where they go. */
export interface Division {
  readonly file: string;
  readonly format: DatasetFormat;
  /** Of a table: the row that names its columns. */
  readonly header: string;
  readonly examples: readonly QaExample[];
  /** Each example's bytes, UTF-8, as they stand in the file. */
  readonly sources: readonly Buffer[];
  /** The parts that have a share. */
  readonly parts: readonly Part[];
  readonly split: Split;
}

export interface DivideOptions {
  readonly signal?: AbortSignal;
  /** Is told of each error of the data. */
  readonly onError?: (finding: Finding) => void;
  /** The file's own names for ours, where it has any. */
  readonly columns?: Columns | undefined;
}

/**
 * Reads a file and divides its examples.
 * @throws SftError split-parts, before a large file is read; dataset-has-errors, unreadable-file
 */
export async function divideFile(
  file: string,
  parts: SplitParts,
  { signal, onError, columns = OUR_COLUMNS }: DivideOptions = {},
): Promise<Division> {
  splitDataset([], parts);
  const examples: QaExample[] = [];
  const sources: Buffer[] = [];
  let first: Finding | undefined;
  let format: DatasetFormat = 'json';
  let header = '';
  for await (const batch of streamBatches(file, { columns, ...(signal === undefined ? {} : { signal }) })) {
    for (const item of batch) {
      if (item.type === 'example') {
        examples.push(item.example.value);
        sources.push(Buffer.from(item.source));
      } else if (item.type === 'end') ({ format, header } = item);
      else if (item.finding.severity === 'error') {
        first ??= item.finding;
        onError?.(item.finding);
      }
    }
  }
  if (first !== undefined) {
    const remedy = `fix the data; \`sft validate ${file}\` lists all of them`;
    throw new SftError('dataset-has-errors', `nothing was written: ${formatFinding(first)}`, { remedy });
  }
  const wanted = PARTS.filter((part) => parts[part] > 0);
  return { file, format, header, examples, sources, parts: wanted, split: splitDataset(examples, parts) };
}

/**
 * Writes train, validation and test beside each other in a folder, around the examples' own bytes; parts without a share are left out.
 * @throws SftError output-is-input, output-exists (exit code 2)
 */
export async function writeDivision(division: Division, out: string, replace: boolean): Promise<SplitFile[]> {
  const { file, format, parts, split } = division;
  const files = parts.map((part) => ({
    part,
    // What was Parquet is written as lines of JSON, which its rows were read as.
    file: path.join(out, `${part}.${format === 'parquet' ? 'jsonl' : format}`),
    examples: split[part].length,
  }));
  const words = { what: 'the split', remedy: 'choose another folder', allow: 'replace it with `sft split --force`' };
  for (const target of files) await refuseOutput(target.file, [file], { ...words, replace });
  await mkdir(out, { recursive: true });
  for (const target of files) await writeFileAtomic(target.file, assemble(division, split[target.part]));
  return files;
}

/** What is to be said of near-duplicates that a split could not keep together; undefined where there are none. */
export function apartText({ apart }: Pick<Split, 'apart'>, examples: number): string | undefined {
  if (apart === 0) return undefined;
  const count = apart.toLocaleString('en-US');
  return `${count} of ${examples.toLocaleString('en-US')} examples are near-duplicates in chains too long for one part and are spread over the parts: scores will look better than they are - reword or delete some`;
}

/** A file of the format around the examples' own bytes. */
function assemble({ format, header, sources }: Division, chosen: readonly number[]): Buffer {
  const json = format === 'json';
  const pieces: (Buffer | string)[] = json ? ['[\n'] : header === '' ? [] : [`${header}\n`];
  for (const [i, index] of chosen.entries()) {
    if (i > 0) pieces.push(json ? ',\n' : '\n');
    if (json) pieces.push('  ');
    pieces.push(sources[index]!);
  }
  if (chosen.length > 0) pieces.push('\n');
  if (json) pieces.push(']\n');
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
