import path from 'node:path';
import { readFileLeniently, type LenientConfig } from './lenient-config';
import { CONFIG_NAME } from './names';

/** The sft.config.json of the folder or the nearest one above it, read leniently: it may be half written. */
export async function nearestConfigFile(
  folder: string,
): Promise<{ readonly file: string; readonly config: LenientConfig } | undefined> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const file = path.join(at, CONFIG_NAME);
    const config = await readFileLeniently(file);
    if (config !== undefined) return { file, config };
    if (path.dirname(at) === at) return undefined;
  }
}
