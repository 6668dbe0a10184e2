import { parentPort, workerData } from 'node:worker_threads';
import type { AnalysisResult } from '../../analysis/protocol';
import type { Columns } from '../../dataset/columns';
import type { Finding } from '../../dataset/finding';
import { buildReport, readExamples } from './report-build';

/** What the worker is started with: one version of a text and what its analysis found. */
export interface ReportInput {
  /** Tells JSONL by its ending. */
  readonly file: string;
  readonly text: string;
  readonly result: AnalysisResult;
  readonly findings: readonly Finding[];
  readonly nearDuplicateThreshold: number;
  readonly columns?: Columns | undefined;
}

const { file, text, result, findings, nearDuplicateThreshold, columns } = workerData as ReportInput;
const reading = readExamples(file, text, columns);
let step = reading.next();
while (step.done !== true) step = reading.next();
parentPort?.postMessage(buildReport(file, step.value, result, findings, nearDuplicateThreshold, columns));
