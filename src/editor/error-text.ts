import { formatError, SftError } from '../base/errors';

/** What a person is told of an error: reason, place and remedy where it has them. */
export function errorText(error: unknown): string {
  if (error instanceof SftError) return formatError(error);
  return error instanceof Error ? error.message : String(error);
}
