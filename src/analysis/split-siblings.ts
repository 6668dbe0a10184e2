import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { OUR_COLUMNS, type Columns } from '../dataset/columns';
import { OtherSides, otherParts, rememberExamples } from '../dataset/split/other-sides';
import { streamBatches } from '../dataset/read';
import type { AnalysisSettings } from './protocol';
import { SftError } from '../base/errors';

/** Larger files are not read beside the one that is open: `sft validate` compares them. */
const MOST_BYTES = 100 * 1024 * 1024;

interface Sibling {
  readonly file: string;
  /** Changes when the file does. */
  readonly mark: string;
}

/**
 * The examples of the files that are other parts of the data, by their names beside this one or as the configuration has them, as they
 * are on disk. Read again only where one of them has
 * changed.
 */
export class SplitSiblings {
  private marks = '';
  private sides: OtherSides | undefined;

  constructor(private readonly file: string) {}

  /** Undefined where there are none. */
  async read({
    nearDuplicateThreshold: threshold,
    otherParts: named = [],
    columns = OUR_COLUMNS,
  }: Pick<AnalysisSettings, 'nearDuplicateThreshold' | 'otherParts' | 'columns'>): Promise<OtherSides | undefined> {
    const siblings = await this.find(named);
    const marks = [threshold, JSON.stringify(columns), ...siblings.map(({ mark }) => mark)].join('\n');
    if (marks === this.marks) return this.sides;
    const sides = siblings.length === 0 ? undefined : new OtherSides(threshold);
    for (const { file } of siblings) await addFile(sides!, file, columns);
    this.marks = marks;
    this.sides = sides;
    return sides;
  }

  private async find(named: readonly string[]): Promise<Sibling[]> {
    const folder = path.dirname(this.file);
    const names = path.isAbsolute(this.file) ? await readdir(folder).catch(() => []) : [];
    const siblings: Sibling[] = [];
    const beside = otherParts(this.file, names)
      .sort()
      .map((name) => path.join(folder, name));
    for (const file of new Set([...beside, ...named])) {
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile() !== true || found.size > MOST_BYTES) continue;
      siblings.push({ file, mark: `${file} ${found.size} ${found.mtimeMs}` });
    }
    return siblings;
  }
}

/** Reads a file's examples into the sides. */
async function addFile(sides: OtherSides, file: string, columns: Columns): Promise<void> {
  try {
    const batches = streamBatches(file, { rules: [rememberExamples(sides)], columns });
    // The rule does the work; nothing that is found in another file is of interest here.
    while ((await batches.next()).done !== true);
  } catch (error) {
    // It went away while it was read: the next look finds out.
    if (!(error instanceof SftError)) throw error;
  }
}
