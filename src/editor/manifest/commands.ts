import * as vscode from 'vscode';
import type { CommandHandlers, CommandId, VIEWS } from './command-ids';

/** Registers all commands of the extension at once. */
export function registerCommands(handlers: CommandHandlers): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, handler]) => vscode.commands.registerCommand(id, handler)),
  );
}

/** Runs a command of the extension. @returns what its handler gives */
export function runCommand(id: CommandId, ...args: unknown[]): Thenable<unknown> {
  return vscode.commands.executeCommand(id, ...args);
}

/** A command as VS Code's items carry it. */
export function commandOf(id: CommandId, title: string, ...args: unknown[]): vscode.Command {
  return { title, command: id, arguments: args };
}

type View = (typeof VIEWS)[keyof typeof VIEWS];

/** The command that VS Code registers for each view by itself: it shows the view and gives it the focus. */
export function focusCommand(view: View, title: string): vscode.Command {
  return { title, command: `${view}.focus` };
}

export function focusView(view: View): Thenable<unknown> {
  return vscode.commands.executeCommand(focusCommand(view, '').command);
}
