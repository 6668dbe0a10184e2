import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { countOf } from '../base/count-of';
import { findingToJson, formatFinding, type Finding, type Severity } from '../dataset/finding';
import { KIND_NAMES } from '../dataset/formats/kind';
import { streamBatches, type ReadOptions } from '../dataset/read';
import { LEAST_THRESHOLD, NEAR_DUPLICATE_THRESHOLD } from '../dataset/near/near-threshold';
import { OtherSides, rememberExamples, splitPart } from '../dataset/split/other-sides';
import type { Rule } from '../dataset/rule';
import { contentRules } from '../dataset/rules';
import { sharedBatches } from '../dataset/threads/shared-batches';
import { formatError, SftError } from '../base/errors';
import { COLUMNS_OPTION, columnsOf } from './columns-option';
import { numberOption } from './option-values';
import { usageError } from './parse';
import type { Terminal, Verb } from './verb';

/** So many findings are printed before the rest is only counted. */
const LISTED = 200;
/** Files below this size are read before a progress line could be of use. */
const PROGRESS_FROM_BYTES = 50 * 1024 * 1024;
const PROGRESS_EVERY_BYTES = 100 * 1024 * 1024;
/** From this size on a second thread compares the examples: below it takes as long to start. */
const SHARED_FROM_BYTES = 20 * 1024 * 1024;
const COMPARE_WORKER = path.join(__dirname, 'compare-worker.js');

const FORMAT_NAMES = { json: 'JSON array', jsonl: 'JSONL', csv: 'CSV', tsv: 'TSV', parquet: 'Parquet' } as const;

interface FileSummary {
  readonly file: string;
  readonly format: string;
  readonly examples: number;
  readonly counts: Readonly<Record<Severity, number>>;
}

export const validateVerb: Verb = {
  name: 'validate',
  summary: 'check datasets for errors, duplicates and other problems, each at its exact place',
  usage: 'sft validate FILE... [--config CONFIG] [--all] [--json]',
  options: {
    'near-duplicate-threshold': {
      type: 'string',
      value: 'SHARE',
      help: `share of common word pairs from which two examples are near-duplicates, ${LEAST_THRESHOLD} to 1 (${NEAR_DUPLICATE_THRESHOLD})`,
    },
    ...COLUMNS_OPTION,
    all: { type: 'boolean', help: `print every finding, not only the first ${LISTED}` },
  },
  teach: `A dataset is a list of questions with their answers: a JSON array of {"question": "…", "answer": "…", "agency": "…"}, or one
such object per line (JSONL). "agency" and other texts are optional. Alpaca, ShareGPT, OpenAI messages and prompt/completion are read
as well, and tables (.csv, .tsv) whose first row names the columns. The format is recognised by the content.

Every finding says where it is (file:line:column), what is wrong and what to do. Errors must be fixed before training; the exit
code is 1 as long as there are any. Warnings are worth a look. docs/rules has a page for each [rule]. Nothing is changed in the file,
and a file may be larger than memory.

To turn rules off for one example, name them in it: {"question": "…", "answer": "…", "sft-ignore": "personal-data"}.

If there are several files, each is compared with those before it: an example in both train.json and test.json is a leak and cannot be used to measure. Parts of
one kind (train-1.json, train-2.json) may share examples.

  sft validate train.json validation.json test.json`,
  async run({ positionals, options, json, terminal }) {
    if (positionals.length === 0)
      throw usageError('FILE is missing', 'give one or more datasets: sft validate train.json');
    const limit = options['all'] === true || json ? Infinity : LISTED;
    const summaries: FileSummary[] = [];
    const collected: Finding[] = [];
    let printed = 0;
    let unreadable = false;
    const take = (finding: Finding): void => {
      if (json) collected.push(finding);
      else if (printed < limit) terminal.out(formatFinding(finding));
      printed++;
    };
    const least = { min: LEAST_THRESHOLD, max: 1 };
    const threshold = numberOption(options, 'near-duplicate-threshold', NEAR_DUPLICATE_THRESHOLD, least);
    const sides = new Map<string, OtherSides>();
    for (const file of positionals) {
      try {
        const columns = await columnsOf(file, options, terminal);
        const batches =
          positionals.length === 1 && isLarge(file)
            ? (how: ReadOptions) =>
                sharedBatches(file, { ...how, columns, nearDuplicateThreshold: threshold, script: COMPARE_WORKER })
            : (how: ReadOptions) =>
                streamBatches(file, { ...how, columns, rules: rulesFor(file, positionals, sides, threshold) });
        summaries.push(await validateFile(file, batches, terminal, take));
      } catch (error) {
        // The other files are checked all the same.
        if (!(error instanceof SftError)) throw error;
        unreadable = true;
        terminal.log(formatError(error));
      }
    }
    if (json) terminal.out(JSON.stringify(collected.map(findingToJson)));
    else {
      if (printed > limit) terminal.out(`and ${(printed - limit).toLocaleString('en-US')} more; --all prints them`);
      for (const summary of summaries) terminal.out(describe(summary));
    }
    if (unreadable) return 2;
    return summaries.some(({ counts }) => counts.error > 0) ? 1 : 0;
  },
};

/** The rules for one of the files; it is then a side that later ones are held against. */
function rulesFor(
  file: string,
  files: readonly string[],
  sides: Map<string, OtherSides>,
  nearDuplicateThreshold: number,
): readonly Rule[] {
  if (files.length === 1) return contentRules({ nearDuplicateThreshold });
  const part = splitPart(file)?.part ?? file;
  const own = sides.get(part) ?? new OtherSides(nearDuplicateThreshold);
  const otherSides = [...sides].flatMap(([name, side]) => (name === part ? [] : [side]));
  sides.set(part, own);
  return [...contentRules({ nearDuplicateThreshold, otherSides }), rememberExamples(own)];
}

/** Whether a second thread pays. */
function isLarge(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return size >= SHARED_FROM_BYTES && availableParallelism() > 1 && existsSync(COMPARE_WORKER);
}

async function validateFile(
  file: string,
  batches: (how: Pick<ReadOptions, 'onProgress'>) => ReturnType<typeof streamBatches>,
  terminal: Terminal,
  take: (finding: Finding) => void,
): Promise<FileSummary> {
  const counts = { error: 0, warning: 0, info: 0 };
  let examples = 0;
  let format = '';
  let next = PROGRESS_EVERY_BYTES;
  const onProgress = (read: number, size: number): void => {
    if (size < PROGRESS_FROM_BYTES || (read < next && read < size)) return;
    next = read + PROGRESS_EVERY_BYTES;
    terminal.log(`${file}: ${Math.floor((read / size) * 100)}% read, ${countOf(examples, 'example')}`);
  };
  for await (const batch of batches({ onProgress })) {
    for (const item of batch) {
      if (item.type === 'example') examples++;
      else if (item.type === 'finding') {
        counts[item.finding.severity]++;
        take(item.finding);
      } else format = `${item.kind === 'qa' ? '' : `${KIND_NAMES[item.kind]}, `}${FORMAT_NAMES[item.format]}`;
    }
  }
  return { file, format, examples, counts };
}

/** `train.json: Alpaca, JSON array, 440 valid examples, 1 error, 2 warnings` */
function describe({ file, format, examples, counts }: FileSummary): string {
  const parts = [examples === 0 ? 'no valid example' : `${format}, ${countOf(examples, 'valid example')}`];
  if (counts.error > 0) parts.push(countOf(counts.error, 'error'));
  if (counts.warning > 0) parts.push(countOf(counts.warning, 'warning'));
  if (counts.info > 0) parts.push(countOf(counts.info, 'note'));
  if (parts.length === 1) parts.push('no problems');
  return `${file}: ${parts.join(', ')}`;
}
