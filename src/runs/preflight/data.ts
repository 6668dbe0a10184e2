import path from 'node:path';
import { countOf } from '../../base/count-of';
import type { ResolvedConfig } from '../../config/config-schema';
import { formatHeadedFinding } from '../../dataset/finding';
import { apartText } from '../../dataset/split/split-file';
import { sequencesOf } from '../../model/batch';
import type { DataKey } from '../../train/data-files';
import type { EncodedDataset, EncodedDatasetExample } from '../../train/examples/encoded-example';
import { overlapText, type Overlap } from '../../train/overlaps';
import { failure, lines, ok, setting, warning, type PreflightCheck, type PreflightRemedy } from './report';

/** From this share of cut examples on it is worth a thought. */
const CUT_SHARE = 0.01;

/** What the reading rules say of one of the files. */
export function checkData(dataset: EncodedDataset, key: DataKey): PreflightCheck {
  const errors = dataset.findings.filter((finding) => finding.severity === 'error');
  const warnings = dataset.findings.filter((finding) => finding.severity === 'warning').length;
  const [first] = errors;
  if (first !== undefined) {
    const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
    const { file, line, column } = first;
    const inData = { count: errors.length, first: { file: path.resolve(file), line, column } };
    const told = formatHeadedFinding({ ...first, file: path.basename(file) });
    return { ...failure('data', 'Data', `${told}${more}`), inData };
  }
  const noted =
    warnings === 0
      ? 'no warnings'
      : `${countOf(warnings, 'warning')}, which ${warnings === 1 ? 'does' : 'do'} not prevent training`;
  const name = key === 'dataset' ? '' : `${path.basename(dataset.file)}: `;
  return ok('data', 'Data', `${name}${countOf(dataset.rows.size, 'example')}, ${noted}`);
}

/** Answers of which nothing is left within max_seq_length, and examples that are cut. */
export function checkLengths(
  config: ResolvedConfig,
  examples: readonly EncodedDatasetExample[],
  modelLimit: number,
): PreflightCheck[] {
  const { max_seq_length: limit } = config;
  const lost = examples.filter((example) => sequencesOf([example]).every(({ trained }) => trained.length === 0));
  const cut = examples.filter((example) => example.truncatedTokens > 0);
  const longest = examples.reduce((most, example) => Math.max(most, example.totalTokens), 0);
  const remedies = raiseLimit(longest, limit, modelLimit);
  const remedy = remedies.length === 0 ? 'shorten them' : 'raise max_seq_length, or shorten them';
  const answers =
    lost.length === 0
      ? ok('answers', 'Answers', 'every answer fits max_seq_length, at least in part')
      : failure(
          'answers',
          'Answers',
          `no token of ${countOf(lost.length, 'answer')} fits within max_seq_length ${limit} (lines ${lines(lost)}) - ${remedy}`,
          remedies,
        );
  const share = cut.length / Math.max(1, examples.length);
  const percent = `${Number((100 * share).toPrecision(2))}%`;
  const length =
    share < CUT_SHARE
      ? ok('length', 'Length', `the longest example has ${longest} tokens, ${limit} fit; ${cut.length} are cut off`)
      : warning(
          'length',
          'Length',
          `${percent} of the examples are longer than max_seq_length ${limit} and are cut off (lines ${lines(cut)}) - ${remedy}`,
          remedies,
        );
  return [answers, length];
}

/** The smallest round limit that all examples fit. */
function raiseLimit(longest: number, limit: number, modelLimit: number): PreflightRemedy[] {
  const wanted = Math.min(modelLimit, Math.ceil(longest / 64) * 64);
  return wanted > limit ? [setting({ max_seq_length: wanted })] : [];
}

export interface PartSizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** Near-duplicates that could not be kept on one side. */
  readonly apart: number;
}

/** Whether each part that the split asks for is large enough to be of use. */
export function checkSplit(config: ResolvedConfig, sizes: PartSizes): PreflightCheck {
  const { train, validation, test, apart } = sizes;
  const from = (file: string | null): string => (file === null ? '' : ` (${path.basename(file)})`);
  const counts = `${train} to train on, ${validation} to validate${from(config.validation_dataset)}, ${test} to test${from(config.test_dataset)}`;
  if (train === 0) {
    // Without any example no division helps: the data say what is wrong with them.
    const remedies =
      validation + test === 0
        ? []
        : [setting({ split: { train: 0.8, validation: 0.1, test: 0.1, seed: config.split.seed } })];
    return failure(
      'split',
      'Split',
      `${counts}: nothing is left to train on - add examples${remedies.length === 0 ? '' : ', or change split'}`,
      remedies,
    );
  }
  const spread = apartText({ apart }, train + validation + test);
  if (spread !== undefined) return warning('split', 'Split', `${counts}; ${spread}`);
  return ok('split', 'Split', counts);
}

/** Examples that stand in two files; nothing where all data is in one. */
export function checkOverlaps(overlaps: readonly Overlap[]): PreflightCheck[] {
  return overlaps.map((overlap) => {
    const { reason, remedy } = overlapText(overlap);
    return warning('overlap', 'Overlap', `${reason} - ${remedy}`);
  });
}
