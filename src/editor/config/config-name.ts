import path from 'node:path';
import { CONFIG_NAME } from '../../config/names';

/** In any folder of the workspace. */
export const CONFIG_GLOB = `**/${CONFIG_NAME}`;

/** Whether a file is a configuration, by its name. */
export function hasConfigName(uri: { readonly fsPath: string }): boolean {
  return path.basename(uri.fsPath) === CONFIG_NAME;
}
