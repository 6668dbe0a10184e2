import path from 'node:path';
import { partOf } from '../base/count-of';
import type { ResolvedConfig } from '../config/config-schema';
import { OtherSides, sideDigest, type SideTwin } from '../dataset/split/other-sides';
import type { EncodedFiles } from './data-files';
import type { EncodedDataset } from './examples/encoded-example';

/** Examples of a file that stand, the same or nearly, in a file before it. */
export interface Overlap {
  /** The file that is to measure. */
  readonly file: string;
  readonly examples: number;
  /** Of so many. */
  readonly of: number;
  readonly first: { readonly line: number; readonly twin: SideTwin };
}

/**
 * What the files of the data have in common: a model that has learned an answer cannot be measured by it. Parts of one file never
 * overlap, since a split keeps such examples together.
 */
export function overlapsOf({ files }: EncodedFiles, { split }: Pick<ResolvedConfig, 'split'>): Overlap[] {
  if (files.length < 2) return [];
  // Without a threshold the same words still are the same example.
  const threshold = split.near_duplicate_threshold ?? 1;
  const sides = new OtherSides(threshold);
  const overlaps: Overlap[] = [];
  for (const [at, { dataset }] of files.entries()) {
    const { file, rows } = dataset;
    const digests = Array.from({ length: rows.size }, (_, i) => sideDigest({ example: rows.record(i) }, threshold));
    const found = at === 0 ? undefined : against(sides, dataset, digests);
    if (found !== undefined) overlaps.push(found);
    for (const [i, digest] of digests.entries()) {
      const reader = rows.reader(i);
      sides.add(digest, { file, line: reader.number('line'), column: reader.number('column') });
    }
  }
  return overlaps;
}

/** `3 of 40 examples of test.json stand in train.json as well (line 7 is line 2 there)`, and what to do. */
export function overlapText({ file, examples, of, first: { line, twin } }: Overlap): {
  readonly reason: string;
  readonly remedy: string;
} {
  const name = path.basename(file);
  const where = `line ${line} is line ${twin.line} of ${path.basename(twin.file)}`;
  const as = twin.similarity === undefined ? where : `${where} to ${Math.floor(twin.similarity * 100)}%`;
  return {
    reason: `${partOf(examples, of, 'example')} of ${name} ${examples === 1 ? 'is' : 'are'} also in another file of the data, or nearly (${as}): scores on trained examples mean nothing`,
    remedy: `keep each in only one of the files; \`sft validate ${path.basename(twin.file)} ${name}\` lists them`,
  };
}

function against(
  sides: OtherSides,
  { file, rows }: EncodedDataset,
  digests: readonly ReturnType<typeof sideDigest>[],
): Overlap | undefined {
  let count = 0;
  let first: Overlap['first'] | undefined;
  for (const [i, digest] of digests.entries()) {
    const twin = sides.find(digest);
    if (twin === undefined) continue;
    count++;
    first ??= { line: rows.reader(i).number('line'), twin };
  }
  return first === undefined ? undefined : { file, examples: count, of: digests.length, first };
}
