import { existsSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../../../base/errors';

/** python/<name> in the folder of this program or one above it: the checkout's or the package's. @throws SftError script-missing */
export function findScript(name: string, start: string = __dirname): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'python', name);
    if (existsSync(file)) return file;
    if (path.dirname(folder) === folder) break;
  }
  throw new SftError('script-missing', `python/${name} is not there`, {
    remedy: 'install SFT Workbench again',
    exitCode: 2,
  });
}
