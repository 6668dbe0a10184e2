import { Worker } from 'node:worker_threads';
import type { DatasetReport } from '../../messages/report';
import type { ReportInput } from './report-worker';

/**
 * Builds a report in a worker of its own, which ends with it.
 * @param script dist/report-worker.js
 * @throws Error what the worker threw, or that it ended without a report; the signal's reason where it was given up
 */
export function buildReportAside(script: string, input: ReportInput, signal: AbortSignal): Promise<DatasetReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: input });
    signal.addEventListener('abort', () => {
      void worker.terminate();
      reject(signal.reason as Error);
    });
    worker.on('message', (report: DatasetReport) => {
      resolve(report);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      reject(new Error(`the report worker exited with code ${code}`));
    });
  });
}
