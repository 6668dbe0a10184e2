import { SftError } from '../base/errors';
import type { Unavailable } from './provider';

/** What makes a device unavailable, of the error that says so. @throws what is no error of a person's */
export function unavailableBy(error: unknown): Unavailable {
  if (!(error instanceof SftError)) throw error;
  const { code, message: reason, remedy } = error;
  return { code, reason, ...(remedy === undefined ? {} : { remedy }) };
}

/** What using a device comes to that is unavailable. */
export function unavailableError({ code, reason, remedy }: Unavailable): SftError {
  return new SftError(code, reason, { exitCode: 2, ...(remedy === undefined ? {} : { remedy }) });
}
