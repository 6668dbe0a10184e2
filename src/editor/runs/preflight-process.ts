import { execFile } from 'node:child_process';
import type * as vscode from 'vscode';
import type { PreflightReport } from '../../runs/preflight/report';
import { sftCommand } from './worker-command';

const MOST_BYTES = 10_000_000;

/** What was measured of this machine last, for each configuration: a second look at the same model need not measure it again. */
const paces = new Map<string, string>();

/**
 * The checks before a run, in a process of their own: they read all data and ask the engine, which would hold the editor up.
 *
 * @param words more options for `sft preflight`
 * @param onProgress told when something begins that takes seconds
 * @returns undefined where `signal` was aborted
 * @throws Error with what the process said where it gave no report
 */
export async function preflightInProcess(
  context: vscode.ExtensionContext,
  configFile: string,
  words: readonly string[],
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<PreflightReport | undefined> {
  const { execPath, entry, env } = sftCommand(context);
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: MOST_BYTES, env: { ...process.env, ...env } };
    const pace = paces.get(configFile);
    const args = [
      entry,
      'preflight',
      configFile,
      '--json',
      ...words,
      ...(pace === undefined ? [] : [`--pace=${pace}`]),
    ];
    const child = execFile(execPath, args, options, (error, stdout, stderr) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      // Exit code 1 says that there are errors; the report is printed all the same.
      const report = parseReport(stdout);
      if (report?.pace !== undefined) paces.set(configFile, JSON.stringify(report.pace));
      if (report !== undefined) resolve(report);
      else reject(new Error(stderr.trim() === '' ? (error?.message ?? 'no report came back') : stderr.trim()));
    });
    child.stderr?.on('data', (text: string) => {
      const last = text.trim().split('\n').at(-1);
      if (last !== undefined && last !== '') onProgress(last);
    });
  });
}

function parseReport(text: string): PreflightReport | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const checks = (value as { readonly checks?: unknown } | null)?.checks;
    return Array.isArray(checks) ? (value as PreflightReport) : undefined;
  } catch {
    return undefined;
  }
}
