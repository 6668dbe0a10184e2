import { execFile } from 'node:child_process';
import type * as vscode from 'vscode';
import type { DeviceListing } from '../../compute/provider';
import { sftCommand } from '../runs/worker-command';

/** A driver that hangs must not hang whoever waits for the list. */
const TIMEOUT_MS = 20_000;

/** As the Node at `by` finds them. */
let listed: { readonly by: string; readonly devices: Promise<readonly DeviceListing[]> } | undefined;

/**
 * The devices of this machine, asked for once. In a process of their own: their drivers' libraries have no place in VS Code's.
 * @returns none where they cannot be listed
 */
export async function knownDevices(context: vscode.ExtensionContext): Promise<readonly DeviceListing[]> {
  try {
    const command = sftCommand(context);
    if (listed?.by !== command.execPath) listed = { by: command.execPath, devices: list(command) };
    return await listed.devices;
  } catch {
    return [];
  }
}

function list({ execPath, entry, env }: ReturnType<typeof sftCommand>): Promise<readonly DeviceListing[]> {
  const options = { timeout: TIMEOUT_MS, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    // Exit code 1 says that none can run; the list is printed all the same.
    execFile(execPath, [entry, 'devices', '--json'], options, (_error, stdout) => {
      resolve(parsed(stdout));
    });
  });
}

function parsed(text: string): readonly DeviceListing[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as DeviceListing[]) : [];
  } catch {
    return [];
  }
}
