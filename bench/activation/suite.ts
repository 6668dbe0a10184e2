// Runs inside the extension host of a window without datasets: how long the extension takes to load and activate.
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

export interface Activation {
  /** Whether VS Code had started the extension by itself: it must not, in such a window. */
  readonly activeBefore: boolean;
  /** To load its code, ms: what VS Code counts as code loading. */
  readonly load: number;
  /** In `activate`, ms. */
  readonly activate: number;
  /** From the request until it is active, ms: with what VS Code does besides, and with waiting for the window. */
  readonly all: number;
}

/** A window that opens keeps every core busy: what it costs by itself is not the extension's. */
const SETTLED_MS = 8000;

interface Loader {
  _load: (request: string, ...rest: unknown[]) => unknown;
}

/** As the extension exports it. */
interface Exports {
  readonly activate: (context: vscode.ExtensionContext) => unknown;
}

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('sft-workbench.sft-workbench');
  const report = process.env['SFT_TEST_REPORT'];
  if (extension === undefined || report === undefined) throw new Error('no extension, or no SFT_TEST_REPORT');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as an import it is a copy, and the original is to be changed
  const loader = require('node:module') as Loader;
  const { _load: original } = loader;
  const times = { load: 0, activate: 0 };
  loader._load = function (request, ...rest) {
    const start = performance.now();
    const loaded = original.call(this, request, ...rest);
    if (!request.endsWith('extension.js')) return loaded;
    times.load = performance.now() - start;
    const { activate } = loaded as Exports;
    return {
      activate: (context: vscode.ExtensionContext): unknown => {
        const began = performance.now();
        const result = activate(context);
        times.activate = performance.now() - began;
        return result;
      },
    };
  };
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const activeBefore = extension.isActive;
  const start = performance.now();
  await extension.activate();
  loader._load = original;
  const result: Activation = { activeBefore, ...times, all: performance.now() - start };
  writeFileSync(report, JSON.stringify(result));
}
