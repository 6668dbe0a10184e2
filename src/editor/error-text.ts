import { formatError } from '../base/errors';
import { asSftError } from '../base/system-error';

/** What a person is told of an error: reason, place and remedy where it has them. */
export function errorText(error: unknown): string {
  const told = asSftError(error);
  if (told !== undefined) return formatError(told);
  return error instanceof Error ? error.message : String(error);
}
