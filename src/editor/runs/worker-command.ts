import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { SftError } from '../../base/errors';
import { readSetting } from '../manifest/settings';

/**
 * What runs the command line outside VS Code's own processes: its Node or the one that the person's settings name, and the bundle in the
 * package; with the Python that they name, and the one that is chosen in VS Code's Python extension.
 * @throws SftError no-node where the settings name one that is not there
 */
export function sftCommand(context: vscode.ExtensionContext): {
  readonly execPath: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
} {
  const python = readSetting('sft.python');
  const chosen = editorPython();
  return {
    execPath: nodePath(),
    entry: context.asAbsolutePath('dist/sft.js'),
    env: {
      // On a desktop VS Code is Electron, which is then a Node.
      ELECTRON_RUN_AS_NODE: '1',
      ...(python === '' ? {} : { SFT_PYTHON: python }),
      ...(chosen === undefined ? {} : { SFT_EDITOR_PYTHON: chosen }),
    },
  };
}

function nodePath(): string {
  const named = readSetting('sft.node');
  if (named === '') return process.execPath;
  if (existsSync(named)) return named;
  throw new SftError('no-node', `the setting sft.node names ${named}, which is not there`, {
    remedy: "name a Node.js of version 20 or newer, or empty the setting to use VS Code's own",
  });
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
