import { SftError, type ErrorDetails } from '../base/errors';
import type { Repair } from './repair';

/** One mistake in a configuration, with the mechanical ways out of it, best first. */
export class ConfigProblem extends SftError {
  readonly repairs: readonly Repair[];

  constructor(reason: string, details: ErrorDetails, repairs: readonly Repair[]) {
    super('config', reason, { exitCode: 2, ...details });
    this.name = 'ConfigProblem';
    this.repairs = repairs;
  }
}

/** One mistake in a configuration. Exit code 2: the command cannot start with it. */
export function configProblem(
  reason: string,
  details: ErrorDetails,
  repairs: readonly (Repair | undefined)[] = [],
): ConfigProblem {
  return new ConfigProblem(
    reason,
    details,
    repairs.filter((repair) => repair !== undefined),
  );
}

/** All mistakes of a configuration at once: the error itself is the first of them, in the order of the file. */
export class ConfigError extends SftError {
  /** At least one. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly [ConfigProblem, ...ConfigProblem[]]) {
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
