import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { AnalysisResult } from '../../../src/analysis/protocol';
import { RULE_IDS } from '../../../src/dataset/rules';
import type { SftApi } from '../../../src/editor/extension';
import { LIMIT_MILLISECONDS } from './runner';

const run = promisify(execFile);

export function workspaceFile(name: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
}

export async function writeWorkspaceFile(name: string, content: string | Uint8Array): Promise<vscode.Uri> {
  const uri = workspaceFile(name);
  await vscode.workspace.fs.writeFile(uri, typeof content === 'string' ? Buffer.from(content) : content);
  return uri;
}

/** Opens a file of the workspace in an editor. */
export async function open(name: string): Promise<vscode.TextEditor> {
  return await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(workspaceFile(name)));
}

/** What the extension gives to whoever asks for it. */
export async function extensionApi(): Promise<SftApi> {
  const extension = vscode.extensions.getExtension<SftApi>('sft-workbench.sft-workbench');
  if (extension === undefined) throw new Error('the extension is not installed');
  return await extension.activate();
}

/** The analysis of a dataset as it stands, once it is complete and its findings are published. */
export async function analysed(document: vscode.TextDocument): Promise<AnalysisResult> {
  return await (await extensionApi()).analysed(document.uri);
}

/** The rule of one of the extension's own diagnostics; VS Code's JSON service reports others on the same text. */
export function ruleOf(diagnostic: vscode.Diagnostic): string | undefined {
  const { code } = diagnostic;
  const id = typeof code === 'object' ? code.value : code;
  return typeof id === 'string' && RULE_IDS.includes(id) ? id : undefined;
}

export function findingsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((diagnostic) => ruleOf(diagnostic) !== undefined);
}

/** Waits until the document's findings are as `settled` wants them. @throws Error with what they are after the limit */
export async function findingsWhen(
  uri: vscode.Uri,
  what: string,
  settled: (findings: readonly vscode.Diagnostic[]) => boolean,
): Promise<vscode.Diagnostic[]> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const findings = findingsOf(uri);
      if (!settled(findings)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(findings);
    };
    const timer = setTimeout(() => {
      subscription.dispose();
      const found = findingsOf(uri).map((one) => `${ruleOf(one)!} ${describeRange(one.range)} ${one.message}`);
      reject(new Error(`waited for ${what}; the findings are\n${found.join('\n')}`));
    }, LIMIT_MILLISECONDS);
    const subscription = vscode.languages.onDidChangeDiagnostics(look);
    look();
  });
}

/** `3:5-3:12`, 1-based. */
export function describeRange({ start, end }: vscode.Range): string {
  return `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1}`;
}

/** What the command line says: the standard output of `sft ARGS --json`. */
export async function sft(args: readonly string[]): Promise<unknown> {
  const entry = path.join(process.env['SFT_CHECKOUT']!, 'dist/sft.js');
  const outcome = run(process.execPath, [entry, ...args, '--json'], { maxBuffer: 1 << 26 });
  // Exit code 1 says that the data has errors; the JSON is printed all the same.
  const { stdout } = await outcome.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout);
}
