import { existsSync } from 'node:fs';
import path from 'node:path';

/** The first of these places that is there in `start` or a folder above it: in the checkout, the extension, or beside a package of npm. */
export function findBuilt(start: string, places: readonly string[]): string | undefined {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const file = places.map((place) => path.join(folder, place)).find((one) => existsSync(one));
    if (file !== undefined || path.dirname(folder) === folder) return file;
  }
}
