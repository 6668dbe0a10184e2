import { SftError } from './errors';
import { whyMissing } from './why-missing';

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  EACCES: ['cannot be used: no permission', 'change its permissions'],
  EPERM: ['cannot be used: no permission', 'change its permissions'],
  EBUSY: ['cannot be used: another program has it open', 'close it there'],
  EROFS: ['cannot be changed: the file system is read-only', 'use a folder on another disk'],
  ENOENT: ['does not exist (any more)', 'restore it, or choose another'],
  EISDIR: ['is a folder, not a file', 'move it elsewhere'],
  ENOTDIR: [
    'cannot be reached: a part of its path is a file, not a folder',
    'move that file away, or use another path',
  ],
  ENOTEMPTY: ['cannot be replaced: it is a folder that is not empty', 'move it elsewhere'],
  ELOOP: ['is a link that leads to itself', 'put the file itself there'],
  ENAMETOOLONG: ['cannot be used: its name is too long', 'choose a shorter one'],
  EMFILE: ['cannot be opened: this program has too many files open', 'raise the limit (ulimit -n)'],
  ENFILE: ['cannot be opened: too many files are open on this machine', 'close other programs'],
  EIO: ['cannot be used: the disk reports an error', 'copy it to another disk while it can still be read'],
  ENOSPC: ['cannot be written: the disk is full', 'free some space and run the command again'],
  EDQUOT: ['cannot be written: your disk quota is used up', 'free some space and run the command again'],
};

/**
 * The error as one a person can act on: an SftError as it is, and what the operating system says of a path, in words. Undefined for what is
 * a bug. Readers and writers say what they know better; this is what is left.
 */
export function asSftError(error: unknown): SftError | undefined {
  if (error instanceof SftError) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || path === undefined) return undefined;
  const told = code === 'ENOENT' ? whyMissing(path) : code;
  const known = Object.hasOwn(REASONS, told) ? REASONS[told] : undefined;
  const [reason, remedy] = known ?? [`cannot be used (${error.message})`, 'check the disk it is on'];
  return new SftError('system', reason, { file: path, remedy, exitCode: 2, cause: error });
}
