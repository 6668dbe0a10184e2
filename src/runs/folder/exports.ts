import path from 'node:path';
import { writeFileAtomic } from '../../base/files';
import type { ExportEntry } from './exports-schema';
import { isMissing } from './record';
import { EXPORTS_FILE } from './run-files';

function exportsFile(folder: string): string {
  return path.join(folder, 'exports.json');
}

/**
 * What was exported of a run, the latest last; none where nothing was yet. What was written may have been moved or deleted since.
 * @throws SftError `unreadable` where the file is damaged: it is then not written over
 */
export async function readExports(folder: string): Promise<readonly ExportEntry[]> {
  try {
    return (await EXPORTS_FILE.read(exportsFile(folder))).exports;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Notes an export, in place of an earlier one to the same place. @throws SftError `unreadable`, `disk-full`, `not-writable` */
export async function recordExport(folder: string, entry: ExportEntry): Promise<void> {
  const others = (await readExports(folder)).filter(({ place }) => place !== entry.place);
  await writeFileAtomic(exportsFile(folder), `${JSON.stringify({ exports: [...others, entry] }, null, 1)}\n`);
}
