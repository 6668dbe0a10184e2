import { readFile } from 'node:fs/promises';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { createAjv } from '../../base/create-ajv';
import { SftError } from '../../base/errors';
import type { FromSchema, JsonSchema } from '../../base/json-schema';

/** Reads values that a run folder holds as JSON, by their schema. */
export interface RecordFormat<T> {
  /**
   * The value of a text. Keys that an older version did not write get the default of the schema; keys that a newer version wrote beside
   * those known here are kept.
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
export function recordFormat<const S extends JsonSchema>(
  schema: S,
  { missing, damaged }: RecordRemedies,
): RecordFormat<FromSchema<S>> {
  let validate: ValidateFunction | undefined;
  const parse = (text: string, file: string, line?: number): FromSchema<S> => {
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
    validate ??= createAjv({ allErrors: true, allowUnionTypes: true, useDefaults: true }).compile(schema);
    if (!validate(value)) {
      const error = validate.errors?.find(({ keyword }) => keyword !== 'additionalProperties');
      if (error !== undefined) throw refuse(reasonOf(error));
    }
    return value as FromSchema<S>;
  };
  return {
    parse,
    read: async (file) => {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (cause) {
        const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
        const reason = absent ? 'does not exist' : 'cannot be read';
        const remedy = absent ? missing : 'check its permissions';
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

/** `config.lora_r must be integer` */
function reasonOf({ instancePath, message = 'is not what it should be', params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll('/', '.');
  const allowed = (params as { readonly allowedValues?: readonly unknown[] }).allowedValues;
  const choices = allowed === undefined ? '' : ` (${allowed.join(', ')})`;
  return `${place === '' ? 'it' : place} ${message}${choices}`;
}
