import { SftError } from '../base/errors';
import { rougeBand } from '../text/rouge/bands';
import { aggregateRouge, type RougeSummary } from '../text/rouge/bootstrap';
import { needUnicodeWords, wordsText } from '../text/rouge/choose-words';
import { areFew } from '../base/few-pairs';
import { readItems, type Item } from '../text/rouge/item-list';
import { ROUGE_METRICS, scoreRouge, type RougeMetric } from '../text/rouge/rouge';
import type { Invocation, Verb } from './verb';
import { unicodeOption, WORDS_OPTIONS } from './words-options';

const NAMES: Readonly<Record<RougeMetric, string>> = {
  rouge1: 'ROUGE-1',
  rouge2: 'ROUGE-2',
  rougeL: 'ROUGE-L',
  rougeLsum: 'ROUGE-Lsum',
};

const CAVEAT =
  'ROUGE counts shared words, not meaning: a right answer in other words scores low, and a wrong one in the same words scores high.';

const USAGE = 'sft rouge TARGETS PREDICTIONS [--stemmer] [--unicode | --no-unicode] [--seed N] [--json]';

function filesOf(positionals: readonly string[]): readonly [targets: string, predictions: string] {
  const [targets, predictions] = positionals;
  if (targets === undefined || predictions === undefined || positionals.length > 2) {
    throw new SftError('usage', `two files are needed and ${positionals.length} given`, { remedy: USAGE, exitCode: 2 });
  }
  return [targets, predictions];
}

function seedOf(value: string | boolean | undefined): number {
  if (value === undefined) return 0;
  const seed = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(seed)) return seed;
  const remedy = 'give a whole number, 0 or greater';
  throw new SftError('usage', `--seed ${value} is not a seed`, { remedy, exitCode: 2 });
}

function requireSameCount(
  targets: readonly Item[],
  predictions: readonly Item[],
  files: readonly [string, string],
): void {
  if (targets.length === predictions.length) return;
  const shorter = Math.min(targets.length, predictions.length);
  const [file, surplus] =
    targets.length > predictions.length ? [files[0], targets[shorter]!] : [files[1], predictions[shorter]!];
  throw new SftError(
    'rouge-counts',
    `item ${shorter + 1} has no counterpart: ${targets.length} targets, ${predictions.length} predictions`,
    { file, line: surplus.line, remedy: 'give one prediction for each target, in the same order' },
  );
}

/** `metric  precision  recall  F1  95% of F1  band`, one metric a line. */
function table(summary: RougeSummary): readonly string[] {
  const number = (value: number): string => value.toFixed(4).padStart(9);
  const rows = ROUGE_METRICS.map((metric) => {
    const { precision, recall, f1, low, high } = summary[metric];
    const interval = low === null || high === null ? '' : `${low.toFixed(4)} - ${high.toFixed(4)}`;
    const row = `${NAMES[metric].padEnd(10)}${number(precision)}${number(recall)}${number(f1)}   ${interval}`;
    return `${row}   ${rougeBand(metric, f1, summary.count) ?? ''}`.trimEnd();
  });
  const head = `${''.padEnd(10)}precision   recall       F1`;
  return [areFew(summary.count) ? head : `${head}   95% of mean F1    band`, ...rows];
}

function settings(count: number, stemmer: boolean, unicode: boolean, seed: number): string {
  const pairs = `${count} ${count === 1 ? 'pair' : 'pairs'}`;
  const interval = areFew(count) ? 'too few for an interval or a band' : `interval from 1,000 resamples, seed ${seed}`;
  return `${pairs}; stemmer ${stemmer ? 'on' : 'off'}; ${wordsText(unicode)}; ${interval}`;
}

async function run({ positionals, options, json, terminal }: Invocation): Promise<0> {
  const files = filesOf(positionals);
  const seed = seedOf(options['seed']);
  const stemmer = options['stemmer'] === true;
  const targets = await readItems(files[0]);
  const predictions = await readItems(files[1]);
  requireSameCount(targets, predictions, files);
  const unicode = unicodeOption(options) ?? needUnicodeWords(targets.map(({ text }) => text));
  const scores = targets.map((target, at) => scoreRouge(target.text, predictions[at]!.text, { stemmer, unicode }));
  const summary = aggregateRouge(scores, { seed });
  const setting = settings(summary.count, stemmer, unicode, seed);
  if (json) {
    terminal.log(setting);
    terminal.out(JSON.stringify({ ...summary, stemmer, unicode }));
  } else {
    terminal.out(...table(summary), '', setting, ...CAVEAT.split('\n'));
  }
  return 0;
}

export const rougeVerb: Verb = {
  name: 'rouge',
  summary: "Score predictions against targets with ROUGE-1, -2, -L and -Lsum, as Google's rouge_score does",
  usage: USAGE,
  options: {
    stemmer: { type: 'boolean', help: 'compare word stems (Porter, as NLTK does it): "paying" matches "pays"' },
    ...WORDS_OPTIONS,
    seed: { type: 'string', value: 'N', help: 'seed of the resampling behind the interval (default 0)' },
  },
  teach: `ROUGE measures how many words a model's answer shares with the answer you wanted, from 0 (none) to 1 (all).
ROUGE-1 compares single words, ROUGE-2 pairs of neighbours, ROUGE-L the longest run of words in the same order with gaps
allowed, and ROUGE-Lsum does that line by line. F1 balances precision (how much of the answer was wanted) and recall (how
much of what was wanted is there).

TARGETS and PREDICTIONS are JSON arrays of strings, or text files with one item a line, in the same order.

How to read the mean F1: ROUGE-1 below 0.2 is poor, to 0.4 fair, above it good; ROUGE-L below 0.1 is poor, to 0.3 fair,
above it good. Fewer than 30 pairs get neither a band nor an interval. The interval says how far the mean would move with other questions of the same kind: two models whose
intervals overlap widely may be equally good. ${CAVEAT}

Google's words are a-z and 0-9. Where targets are written mostly in other letters, those of every script are compared and the output says so.

  sft rouge targets.json predictions.json
  sft rouge answers.txt replies.txt --unicode --json`,
  run,
};
