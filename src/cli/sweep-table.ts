import { rankedOf, verdict, type MemberResult } from '../runs/sweep/sweep-results';
import { costText } from '../text/retention';
import { bestOfRanked } from '../text/rouge/alike';
import { estimateText } from '../text/rouge/few';

/** A line for each run of a sweep, the best marked, and what they say together. */
export function sweepTable(results: readonly MemberResult[]): string[] {
  const head = ['run', 'state', 'validation loss', 'test loss', 'ROUGE-L', 'general text'];
  const best = bestOfRanked(rankedOf(results))?.name;
  const rows = results.map(({ label, status, validation, evaluation }) => [
    label === best ? `★ ${label}` : label,
    status,
    validation?.toFixed(3) ?? '–',
    evaluation?.tuned.loss.toFixed(3) ?? '–',
    evaluation === null ? '–' : estimateText(evaluation.tuned.rougeL, evaluation.examples),
    evaluation?.retention == null ? '–' : costText(evaluation.retention),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...verdict(results)];
}
