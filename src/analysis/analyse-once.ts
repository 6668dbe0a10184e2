import type { Finding } from '../dataset/finding';
import type { AnalysisResult, AnalysisSettings } from './protocol';
import { TextAnalysis } from './text-analysis';
import type { TokenCounts } from './token-counts';

export interface AnalysedText {
  readonly result: AnalysisResult;
  /** All findings, those beyond the ones sent as well. */
  readonly findings: readonly Finding[];
}

/** The analysis of a text that is not going to change, without a pause. */
export function analyseOnce(file: string, text: string, settings: AnalysisSettings, counts: TokenCounts): AnalysedText {
  const analysis = new TextAnalysis(file, text, settings);
  const work = analysis.work(1, counts);
  let step = work.next();
  while (step.done !== true) step = work.next();
  return { result: step.value, findings: analysis.findings() };
}
