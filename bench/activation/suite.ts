// Runs inside the extension host of a window without datasets: how long the extension takes to load and activate.
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

export interface Activation {
  /** Whether VS Code had started the extension by itself: it must not, in such a window. */
  readonly activeBefore: boolean;
  readonly milliseconds: number;
}

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('sft-workbench.sft-workbench');
  const report = process.env['SFT_TEST_REPORT'];
  if (extension === undefined || report === undefined) throw new Error('no extension, or no SFT_TEST_REPORT');
  const activeBefore = extension.isActive;
  const start = performance.now();
  await extension.activate();
  const result: Activation = { activeBefore, milliseconds: performance.now() - start };
  writeFileSync(report, JSON.stringify(result));
}
