import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetExample, DatasetFormat } from '../dataset/example';
import { formatFinding, type Finding } from '../dataset/finding';
import { streamDataset } from '../dataset/read';
import { PARTS, splitDataset, type Part, type Split } from '../dataset/split';
import { SftError } from '../errors';
import { writeFileAtomic } from '../files';
import { numberOption, onlyPositional, requiredOption } from './option-values';
import type { Terminal, Verb } from './verb';

const LISTED = 20;

interface ReadSet {
  readonly format: DatasetFormat;
  /** Of a table: the row that names its columns. */
  readonly header: string;
  readonly examples: readonly DatasetExample[];
  /** Each example's bytes, UTF-8, as they stand in the file. */
  readonly sources: readonly Buffer[];
}

export const splitVerb: Verb = {
  name: 'split',
  summary: 'write train, validation and test files: by seed, with every agency in each',
  usage: 'sft split FILE --out DIR [--train 0.8] [--validation 0.1] [--test 0.1] [--seed 42] [--force] [--json]',
  options: {
    out: { type: 'string', value: 'DIR', help: 'folder for train, validation and test; made where it is missing' },
    train: { type: 'string', value: 'SHARE', help: 'share the model learns from (0.8)' },
    validation: { type: 'string', value: 'SHARE', help: 'share watched during training (0.1)' },
    test: { type: 'string', value: 'SHARE', help: 'share kept for the final comparison (0.1)' },
    seed: { type: 'string', value: 'N', help: 'the same seed gives the same split (42)' },
    force: { type: 'boolean', help: 'replace files of an earlier split' },
  },
  teach: `A model must be judged on questions it has not learnt. A split sets some aside: "train" is learnt, "validation" is watched
during training to see when it stops helping, "test" is asked once, at the end. 80/10/10 is a good start.

Each agency keeps its share in every part, and examples that ask the same question stay together, so that no part knows the
answers of another. The files keep the format and the examples' own formatting; the input is not changed.

  sft split all.json --out data --seed 42`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'FILE');
    const out = requiredOption(options, 'out', 'name the folder to write to: --out DIR');
    const share = (name: Part, fallback: number): number => numberOption(options, name, fallback, { min: 0, max: 1 });
    const parts = {
      train: share('train', 0.8),
      validation: share('validation', 0.1),
      test: share('test', 0.1),
      seed: numberOption(options, 'seed', 42, { min: Number.MIN_SAFE_INTEGER, integer: true }),
    };
    // Refuses impossible shares before a large file is read.
    splitDataset([], parts);
    const set = await readSound(file, terminal);
    const split = splitDataset(
      set.examples.map((example) => example.value),
      parts,
    );
    const targets = PARTS.filter((part) => parts[part] > 0).map((part) => ({
      part,
      path: path.join(out, `${part}.${set.format}`),
    }));
    await refuseExisting(
      file,
      targets.map((target) => target.path),
      options['force'] === true,
    );
    await mkdir(out, { recursive: true });
    for (const target of targets) {
      await writeFileAtomic(
        target.path,
        assemble(
          split[target.part].map((index) => set.sources[index]!),
          set,
        ),
      );
    }
    if (json) {
      const files = targets.map(({ part, path: name }) => ({ part, file: name, examples: split[part].length }));
      terminal.out(JSON.stringify({ file, seed: parts.seed, files }));
    } else {
      terminal.out(table(set.examples, split));
      for (const { part, path: name } of targets) terminal.out(`${part}: ${name}`);
    }
    for (const { part } of targets) {
      if (split[part].length === 0)
        terminal.log(`warning: ${part} is empty - there are too few examples for this share`);
    }
    return 0;
  },
};

/** @throws SftError `dataset-has-errors` after the first of them are logged */
async function readSound(file: string, terminal: Terminal): Promise<ReadSet> {
  const examples: DatasetExample[] = [];
  const sources: Buffer[] = [];
  const errors: Finding[] = [];
  let format: DatasetFormat = 'json';
  let header = '';
  for await (const item of streamDataset(file)) {
    if (item.type === 'example') {
      examples.push(item.example);
      sources.push(Buffer.from(item.source));
    } else if (item.type === 'end') ({ format, header } = item);
    else if (item.finding.severity === 'error') errors.push(item.finding);
  }
  if (errors.length === 0) return { format, header, examples, sources };
  for (const finding of errors.slice(0, LISTED)) terminal.log(formatFinding(finding));
  if (errors.length > LISTED) terminal.log(`and ${errors.length - LISTED} more`);
  throw new SftError(
    'dataset-has-errors',
    `the data has ${errors.length} error${errors.length === 1 ? '' : 's'}, nothing was written`,
    {
      file,
      remedy: `mend the data; \`sft validate ${file}\` lists everything`,
    },
  );
}

async function refuseExisting(input: string, targets: readonly string[], force: boolean): Promise<void> {
  for (const target of targets) {
    const exists = await access(target).then(
      () => true,
      () => false,
    );
    if (path.resolve(target) === path.resolve(input)) {
      const remedy = 'choose another folder with --out';
      throw new SftError('output-is-input', 'the split would overwrite its own input', {
        file: target,
        remedy,
        exitCode: 2,
      });
    }
    if (!exists || force) continue;
    const remedy = 'choose another folder with --out, or replace it with --force';
    throw new SftError('output-exists', 'the file exists already', { file: target, remedy, exitCode: 2 });
  }
}

/** A file of the format around the examples' own bytes. */
function assemble(sources: readonly Buffer[], { format, header }: ReadSet): Buffer {
  const json = format === 'json';
  const pieces: (Buffer | string)[] = json ? ['[\n'] : header === '' ? [] : [`${header}\n`];
  for (const [i, source] of sources.entries()) {
    if (i > 0) pieces.push(json ? ',\n' : '\n');
    if (json) pieces.push('  ');
    pieces.push(source);
  }
  if (sources.length > 0) pieces.push('\n');
  if (json) pieces.push(']\n');
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** Examples of each agency in each part. */
function table(examples: readonly DatasetExample[], split: Split): string {
  const counts = new Map<string, number[]>();
  for (const [column, part] of PARTS.entries()) {
    for (const index of split[part]) {
      const agency = examples[index]!.value.agency ?? '(no agency)';
      const row = counts.get(agency) ?? [0, 0, 0];
      row[column]!++;
      counts.set(agency, row);
    }
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = ['all', ...[0, 1, 2].map((column) => rows.reduce((sum, [, row]) => sum + row[column]!, 0))];
  const cells = [['agency', ...PARTS], ...rows.map(([agency, row]) => [agency, ...row]), all].map((row) =>
    row.map(String),
  );
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return cells.map(line).join('\n');
}
