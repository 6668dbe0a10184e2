import path from 'node:path';
import { formatError, SftError } from '../../base/errors';

/**
 * What is wrong with the checkpoint that a run was to go on from, and which is the one before it. Other errors stay as they are.
 * @param folder of the checkpoint
 * @param before the step of the one before, where there is one
 */
export function damagedCheckpoint(error: unknown, folder: string, before: number | undefined): unknown {
  if (!(error instanceof SftError) || error.file === undefined) return error;
  const inside = path.relative(folder, error.file);
  if (inside.startsWith('..') || path.isAbsolute(inside)) return error;
  const instead =
    before === undefined ? 'the run then starts from the beginning' : `the run then continues from step ${before}`;
  const reason = formatError(new SftError(error.code, error.message, { file: inside === '' ? '.' : inside }));
  return new SftError('corrupt-checkpoint', `the checkpoint is damaged: ${reason}`, {
    file: folder,
    remedy: `delete this folder and resume; ${instead}`,
    exitCode: 2,
    cause: error,
  });
}
