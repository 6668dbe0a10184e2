import { readFile, stat } from 'node:fs/promises';
import { SftError } from '../base/errors';
import { namingIt, refuseDataFile } from './refuse-data';

/** Larger files are something else, such as the data given in place of the configuration. */
const MAX_BYTES = 1_000_000;

/** @throws SftError `unreadable` or `encoding` (exit code 2) */
export async function readConfigText(file: string): Promise<string> {
  const remedy = 'check the path';
  let bytes: Buffer;
  try {
    const entry = await stat(file);
    if (entry.isDirectory()) {
      throw new SftError('unreadable', 'is a folder', {
        file,
        remedy: 'name the configuration file in it',
        exitCode: 2,
      });
    }
    refuseDataFile(file);
    if (entry.size > MAX_BYTES) {
      throw new SftError('unreadable', 'is too large for a configuration', {
        file,
        remedy: `check the path; if it holds your examples, ${namingIt(file)} and give that file`,
        exitCode: 2,
      });
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof SftError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`;
    throw new SftError('unreadable', reason, { file, remedy, exitCode: 2, cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SftError('encoding', 'is not UTF-8 text', { file, remedy: 'save it as UTF-8', exitCode: 2, cause });
  }
}
