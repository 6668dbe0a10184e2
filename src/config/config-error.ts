import { SftError, type ErrorDetails } from '../errors';

/** One mistake in a configuration. Exit code 2: the command cannot start with it. */
export function configProblem(reason: string, details: ErrorDetails): SftError {
  return new SftError('config', reason, { exitCode: 2, ...details });
}

/** All mistakes of a configuration at once: the error itself is the first of them, in the order of the file. */
export class ConfigError extends SftError {
  /** At least one. */
  readonly problems: readonly SftError[];

  constructor(problems: readonly [SftError, ...SftError[]]) {
    const [first] = problems;
    super(first.code, first.message, {
      exitCode: first.exitCode,
      ...(first.file === undefined ? {} : { file: first.file }),
      ...(first.line === undefined ? {} : { line: first.line }),
      ...(first.column === undefined ? {} : { column: first.column }),
      ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
