import { SftError } from '../base/errors';

/** What is thrown where a form cannot hold what was trained, whatever the run is like. @param file that shows it */
export function exportImpossible(reason: string, remedy: string, file?: string): SftError {
  return new SftError('export-impossible', reason, { remedy, exitCode: 2, ...(file === undefined ? {} : { file }) });
}
