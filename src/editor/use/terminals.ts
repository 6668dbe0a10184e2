import * as vscode from 'vscode';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';
import type { UseTarget } from './use-target';

/** `sft serve` in a terminal, where its address and token can be read and Ctrl-C ends it. */
export function serveInTerminal({ context }: Services, { run, name }: UseTarget): void {
  const { execPath, entry, env } = sftCommand(context);
  const terminal = vscode.window.createTerminal({
    name: `Serve ${name}`,
    iconPath: new vscode.ThemeIcon('broadcast'),
    shellPath: execPath,
    shellArgs: [entry, 'serve', run.folder.path, '--idle-minutes', '0'],
    env,
  });
  terminal.show();
}

/** `ollama run NAME` in a terminal. */
export function runOllama(program: string, model: string): void {
  vscode.window.createTerminal({ name: model, shellPath: program, shellArgs: ['run', model] }).show();
}
