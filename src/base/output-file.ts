import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from './errors';

/**
 * Whether two paths lead to one file: by the same name, by links, as hard links, or by names that the disk takes for the same one.
 * Files that are not there are the same where their names are.
 */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([identityOf(a), identityOf(b)]);
  if (first === undefined || second === undefined) return path.resolve(a) === path.resolve(b);
  return first === second;
}

async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** What is about to be written, in words. */
interface Output {
  /** `the conversion` */
  readonly what: string;
  /** What to do instead: `choose another file with --out`. */
  readonly remedy: string;
  /** Whether a file that is there already may be replaced. */
  readonly replace: boolean;
  /** How to allow it: `replace it with --force`. */
  readonly allow: string;
}

/**
 * Refuses a place to write to: always where one of the inputs would be overwritten, and where a file is there already that may not be
 * replaced.
 * @throws SftError `output-is-input`, `output-exists` (exit code 2)
 */
export async function refuseOutput(
  target: string,
  inputs: readonly string[],
  { what, remedy, replace, allow }: Output,
): Promise<void> {
  await refuseInput(target, inputs, { what, remedy });
  if (replace || (await identityOf(target)) === undefined) return;
  const details = { file: target, remedy: `${remedy}, or ${allow}`, exitCode: 2 } as const;
  throw new SftError('output-exists', 'the file exists already', details);
}

/** @throws SftError `output-is-input` (exit code 2) */
export async function refuseInput(
  target: string,
  inputs: readonly string[],
  { what, remedy }: Pick<Output, 'what' | 'remedy'>,
): Promise<void> {
  for (const input of inputs) {
    if (!(await isSameFile(input, target))) continue;
    const named = path.resolve(input) === path.resolve(target);
    const message = `${what} would overwrite its own input${named ? '' : `: this is the same file as ${input}`}`;
    throw new SftError('output-is-input', message, { file: target, remedy, exitCode: 2 });
  }
}
