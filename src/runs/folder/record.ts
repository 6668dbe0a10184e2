import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { SftError } from '../../base/errors';
import { onceReleased } from '../../base/held-files';
import { problemIn, type TypeOf } from '../../base/shapes';
import { whyMissing } from '../../base/why-missing';

/** Reads values that a run folder holds as JSON, by their schema. */
export interface RecordFormat<T> {
  /**
   * The value of a text. Keys that an older version did not write get the default of the schema.
   * @param line where the text is one line of `file`, 1-based
   * @throws SftError `unreadable` (exit code 2) where the text is not JSON, or not what the schema says
   */
  parse(text: string, file: string, line?: number): T;
  /**
   * The value in a file.
   * @throws SftError `unreadable` (exit code 2) where the file does not exist, cannot be read, or is damaged
   */
  read(file: string): Promise<T>;
}

/** What to do about a file, as imperatives. */
export interface RecordRemedies {
  readonly missing: string;
  readonly damaged: string;
}

/**
 * The one way to read a kind of file in a run folder. A key that is added to a schema needs a default there: it is what the runs of
 * earlier versions are read with.
 */
export function recordFormat<const S extends v.GenericSchema>(
  schema: S,
  { missing, damaged }: RecordRemedies,
): RecordFormat<TypeOf<S>> {
  const parse = (text: string, file: string, line?: number): TypeOf<S> => {
    const refuse = (reason: string): SftError =>
      new SftError('unreadable', `is damaged: ${reason}`, {
        file,
        remedy: damaged,
        exitCode: 2,
        ...(line === undefined ? {} : { line }),
      });
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw refuse('it is not JSON');
    }
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (!result.success) throw refuse(problemIn(result.issues, ''));
    return result.output as TypeOf<S>;
  };
  return {
    parse,
    read: async (file) => {
      let text: string;
      try {
        text = await onceReleased(() => readFile(file, 'utf8'));
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code === 'ENOTDIR' || (code === 'ENOENT' && whyMissing(file) === 'ENOTDIR')) {
          const named = { file: path.dirname(file), remedy: missing, exitCode: 2, cause } as const;
          throw new SftError('unreadable', 'is a file, not a folder', named);
        }
        const folder = code === 'EISDIR';
        const absent = code === 'ENOENT';
        const reason = folder ? 'is a folder, not a file' : absent ? 'does not exist' : 'cannot be read';
        const remedy = folder ? `move it away; ${damaged}` : absent ? missing : 'check its permissions';
        throw new SftError('unreadable', reason, { file, remedy, exitCode: 2, cause });
      }
      return parse(text, file);
    },
  };
}

/** Whether reading failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof SftError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}
