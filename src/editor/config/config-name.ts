import path from 'node:path';

export const CONFIG_NAME = 'sft.config.json';

/** Whether a file is a configuration, by its name. */
export function hasConfigName(uri: { readonly fsPath: string }): boolean {
  return path.basename(uri.fsPath) === CONFIG_NAME;
}
