import type { RunEvaluation } from '../runs/folder/evaluation-schema';
import { rougeBand } from '../text/rouge/bands';
import { estimateText } from '../text/rouge/few';
import { lengthRows, takenText } from '../text/rouge/how-taken';
import { retentionText } from '../text/retention';
import { ROUGE_METRICS, type RougeMetric } from '../text/rouge/rouge';

const NAMES: Readonly<Record<RougeMetric, string>> = {
  rouge1: 'ROUGE-1',
  rouge2: 'ROUGE-2',
  rougeL: 'ROUGE-L',
  rougeLsum: 'ROUGE-Lsum',
};

/** Base against tuned, one metric a line: mean F1, of many examples with its 95% interval and the tutorial's band of the tuned model. */
export function evaluationTable(evaluation: RunEvaluation): string[] {
  const { base, tuned, examples } = evaluation;
  const rows = [
    ['', 'base', 'tuned', ''],
    ['loss', base.loss.toFixed(3), tuned.loss.toFixed(3), ''],
    ['perplexity', perplexityText(base), perplexityText(tuned), ''],
    ...ROUGE_METRICS.map((metric) => [
      NAMES[metric],
      estimateText(base[metric], examples),
      estimateText(tuned[metric], examples),
      rougeBand(metric, tuned[metric].f1, examples) ?? '',
    ]),
    ...lengthRows(evaluation).map((row) => [...row, '']),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...lines,
    takenText(evaluation),
    ...(evaluation.retention === null ? [] : [retentionText(evaluation.retention)]),
    'ROUGE counts shared words: it cannot tell whether an answer is true. Read some answers as well.',
  ];
}

/** An infinite one cannot be written as JSON: it is null. */
function perplexityText({ perplexity }: RunEvaluation['base']): string {
  return perplexity === null ? '∞' : perplexity.toFixed(2);
}
