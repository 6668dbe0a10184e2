import type * as vscode from 'vscode';
import { readSetting } from '../manifest/settings';

/**
 * What runs the command line outside VS Code's own processes: its Node, and the bundle in the package; with the Python that the person's
 * settings name.
 */
export function sftCommand(context: vscode.ExtensionContext): {
  readonly execPath: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const python = readSetting('sft.python');
  return {
    execPath: process.execPath,
    entry: context.asAbsolutePath('dist/sft.js'),
    env: { ELECTRON_RUN_AS_NODE: '1', ...(python === '' ? {} : { SFT_PYTHON: python }) },
  };
}
