import type { QaExample } from '../dataset/example';
import { formatFinding, type Finding } from '../dataset/finding';
import { LEAST_THRESHOLD, NEAR_DUPLICATE_THRESHOLD } from '../dataset/near/near-threshold';
import { PARTS, type Part, type Split, type SplitParts } from '../dataset/split/split';
import { apartText, divideFile, writeDivision, type Division, type SplitFile } from '../dataset/split/split-file';
import { KEY_OF_PART } from '../train/data-files';
import { categoryField, type Columns } from '../dataset/columns';
import { COLUMNS_OPTION, columnsOf } from './columns-option';
import { numberOption, onlyPositional, requiredOption } from './option-values';
import type { Terminal, Verb } from './verb';

const LISTED = 20;

export const splitVerb: Verb = {
  name: 'split',
  summary: 'write train, validation and test files, reproducibly by seed, with near-duplicates kept in one part',
  usage: 'sft split FILE --out DIR [--train 0.8] [--validation 0.1] [--test 0.1] [--seed 42] [--force] [--json]',
  options: {
    out: { type: 'string', value: 'DIR', help: 'folder for train, validation and test; created if it is missing' },
    train: { type: 'string', value: 'SHARE', help: 'share the model learns from (0.8)' },
    validation: { type: 'string', value: 'SHARE', help: 'share watched during training (0.1)' },
    test: { type: 'string', value: 'SHARE', help: 'share kept for the final comparison (0.1)' },
    seed: { type: 'string', value: 'N', help: 'the same seed gives the same split (42)' },
    'near-duplicate-threshold': {
      type: 'string',
      value: 'SHARE',
      help: `share of common word pairs from which two examples stay in one part, ${LEAST_THRESHOLD} to 1 (${NEAR_DUPLICATE_THRESHOLD})`,
    },
    ...COLUMNS_OPTION,
    force: { type: 'boolean', help: 'replace files of an earlier split' },
  },
  teach: `A model must be judged on questions it was not trained on. A split sets some aside: "train" is trained on, "validation" is measured
during training to see when it stops helping, "test" is used once, at the end. 80/10/10 is a good start.

Each agency keeps its share in every part. Examples that ask the same question stay together, and so do near-duplicates and whatever
is linked through them, so that no part contains the answers of another. Near-duplicates that are more than half of the largest part are
spread over the parts, with a warning. The files keep the format and the examples' own formatting; the input is not changed.

  sft split all.json --out data --seed 42`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'FILE');
    const out = requiredOption(options, 'out', 'give the folder to write to: --out DIR');
    const share = (name: Part, fallback: number): number => numberOption(options, name, fallback, { min: 0, max: 1 });
    const parts = {
      train: share('train', 0.8),
      validation: share('validation', 0.1),
      test: share('test', 0.1),
      seed: numberOption(options, 'seed', 42, { min: Number.MIN_SAFE_INTEGER, integer: true }),
      near_duplicate_threshold: numberOption(options, 'near-duplicate-threshold', NEAR_DUPLICATE_THRESHOLD, {
        min: LEAST_THRESHOLD,
        max: 1,
      }),
    };
    const columns = await columnsOf(file, options, terminal);
    const division = await divide(file, parts, columns, terminal);
    const { examples, split } = division;
    const files = await writeDivision(division, out, options['force'] === true);
    if (json) terminal.out(JSON.stringify({ file, seed: parts.seed, apart: split.apart, files }));
    else {
      terminal.out(...table(examples, split, categoryField(columns)));
      for (const { part, file: name } of files) terminal.out(`${part}: ${name}`);
      terminal.log(`in sft.config.json: ${configKeys(files)}`);
    }
    const apart = apartText(split, examples.length);
    if (apart !== undefined) terminal.log(`warning: ${apart}`);
    for (const { part, examples: count } of files) {
      if (count === 0) terminal.log(`warning: ${part} is empty: there are too few examples for this share`);
    }
    return 0;
  },
};

/** Lists the first errors of the data, which stop it. */
async function divide(file: string, parts: SplitParts, columns: Columns, terminal: Terminal): Promise<Division> {
  let errors = 0;
  const onError = (finding: Finding): void => {
    if (++errors <= LISTED) terminal.log(formatFinding(finding));
  };
  try {
    return await divideFile(file, parts, { onError, columns });
  } finally {
    if (errors > LISTED) terminal.log(`and ${errors - LISTED} more`);
  }
}

/** How a configuration names the files, paths as they are from here. */
function configKeys(files: readonly SplitFile[]): string {
  return files.map(({ part, file }) => `"${KEY_OF_PART[part]}": ${JSON.stringify(file)}`).join(', ');
}

/** Examples in each part, those of each category where the data have the field. */
function table(examples: readonly QaExample[], split: Split, field: string): readonly string[] {
  const counts = new Map<string, number[]>();
  for (const [column, part] of PARTS.entries()) {
    for (const index of split[part]) {
      const agency = examples[index]!.agency ?? `(no ${field})`;
      const row = counts.get(agency) ?? [0, 0, 0];
      row[column]!++;
      counts.set(agency, row);
    }
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = ['all', ...[0, 1, 2].map((column) => rows.reduce((sum, [, row]) => sum + row[column]!, 0))];
  const grouped = examples.some(({ agency }) => agency !== undefined);
  const groups = grouped ? rows.map(([agency, row]) => [agency, ...row]) : [];
  const cells = [[grouped ? field : '', ...PARTS], ...groups, all].map((row) => row.map(String));
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return cells.map(line);
}
