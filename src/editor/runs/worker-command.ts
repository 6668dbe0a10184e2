import type * as vscode from 'vscode';

/** What runs the command line outside VS Code's own processes: its Node, and the bundle in the package. */
export function sftCommand(context: vscode.ExtensionContext): {
  readonly execPath: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
} {
  return {
    execPath: process.execPath,
    entry: context.asAbsolutePath('dist/sft.js'),
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}
