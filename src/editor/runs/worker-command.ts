import * as vscode from 'vscode';
import { readSetting } from '../manifest/settings';

/**
 * What runs the command line outside VS Code's own processes: its Node, and the bundle in the package; with the Python that the person's
 * settings name, and the one that they have chosen in VS Code's Python extension.
 */
export function sftCommand(context: vscode.ExtensionContext): {
  readonly execPath: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const python = readSetting('sft.python');
  const chosen = editorPython();
  return {
    execPath: process.execPath,
    entry: context.asAbsolutePath('dist/sft.js'),
    env: {
      ELECTRON_RUN_AS_NODE: '1',
      ...(python === '' ? {} : { SFT_PYTHON: python }),
      ...(chosen === undefined ? {} : { SFT_EDITOR_PYTHON: chosen }),
    },
  };
}

interface PythonApi {
  readonly environments?: { getActiveEnvironmentPath?(): { readonly path?: unknown } };
}

/** The Python or environment chosen in the Python extension, where that is at work: it is not started for this, and need not be there. */
function editorPython(): string | undefined {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>('ms-python.python');
  if (extension?.isActive !== true) return undefined;
  try {
    const path = extension.exports?.environments?.getActiveEnvironmentPath?.().path;
    return typeof path === 'string' && path !== '' ? path : undefined;
  } catch {
    return undefined;
  }
}
