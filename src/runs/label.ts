import path from 'node:path';
import { removeFile, writeFileAtomic } from '../base/files';
import { LABEL_FILE } from './folder/run-files';

/** run.json is written once: the name a person gives a run afterwards lies beside it. */
const FILE_NAME = 'label.json';

/** The name a person gave the run in `folder`; undefined where none was given, or where the file holds none. */
export async function readLabel(folder: string): Promise<string | undefined> {
  try {
    const { label } = await LABEL_FILE.read(path.join(folder, FILE_NAME));
    return label.trim() === '' ? undefined : label.trim();
  } catch {
    return undefined;
  }
}

/**
 * Names a run; an empty label takes the name back.
 * @throws SftError `disk-full` or `not-writable`
 */
export async function writeLabel(folder: string, label: string): Promise<void> {
  const file = path.join(folder, FILE_NAME);
  if (label.trim() === '') await removeFile(file);
  else await writeFileAtomic(file, `${JSON.stringify({ label: label.trim() })}\n`);
}
