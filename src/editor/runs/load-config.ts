import * as vscode from 'vscode';
import { ConfigError } from '../../config/config-error';
import { SftError } from '../../base/errors';
import type { DeviceListing } from '../../compute/provider';
import { knownDevices } from '../config/known-devices';
import type { Services } from '../services';

/** Reads a configuration: loadConfig, loadSweep. */
export type Load<T> = (file: string, devices: readonly DeviceListing[]) => Promise<T>;

/**
 * A configuration as it is on the disk. Where it is wrong, it is shown at its first mistake, and the person is told; where its model is
 * missing, they can get one.
 *
 * @param load how it is read
 * @param failing what cannot be done then: `Training cannot start`
 */
export async function loadOrTell<T>(
  services: Services,
  config: vscode.Uri,
  load: Load<T>,
  failing: string,
): Promise<T | undefined> {
  const { context, dialogs } = services;
  try {
    return await load(config.fsPath, await knownDevices(context));
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const [first, ...others] = error instanceof ConfigError ? error.problems : [error];
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const { line, column, remedy } = first;
    const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
    await vscode.window
      .showTextDocument(config, { preview: false, selection: new vscode.Range(at, at) })
      .then(undefined, () => undefined);
    const advice = remedy === undefined ? '' : ` - ${remedy}`;
    const message = `${failing}: ${first.message}${advice}${more}`;
    const { offerModel } = await import('../hub/missing-model');
    const isHere = others.length === 0 ? await offerModel(services, config, message) : undefined;
    if (isHere === true) return loadOrTell(services, config, load, failing);
    if (isHere === undefined) void dialogs.error(message);
    return undefined;
  }
}
