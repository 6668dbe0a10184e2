import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SftError } from '../../../base/errors';
import type { OwnEnvironment } from './own-environment';
import type { PackageLock } from './package-lock';
import { probe } from './probe';
import { isAtLeast, OLDEST_PYTHON } from './requirements';

/** What makes an environment and fills it. */
export interface Installer {
  /** For people: `uv 0.9.2`, `venv and pip of /usr/bin/python3 (3.12.3)`. */
  readonly name: string;
  /** The command lines, one after another. Nothing of a package is run by them: files of other kinds than wheels are refused. */
  commands(own: OwnEnvironment, lock: PackageLock): readonly (readonly [program: string, ...args: string[]])[];
}

/** Of packages that the lock does not name none is taken. */
const FROM_LOCK = ['--no-deps', '--only-binary', ':all:', '--requirement'];

/**
 * uv where it is on the PATH, else venv and pip of a Python.
 * @param base the Python to make the environment of, where one is named
 * @throws SftError python-missing, python-too-old
 */
export async function findInstaller(base: string | undefined): Promise<Installer> {
  const uv = await versionOfUv();
  if (uv !== undefined) return withUv(uv, base);
  const programs = base !== undefined ? [base] : process.platform === 'win32' ? ['python'] : ['python3', 'python'];
  let old: string | undefined;
  for (const program of programs) {
    const found = await probe(program).catch(() => undefined);
    if (found === undefined) continue;
    if (isAtLeast(found.python, OLDEST_PYTHON)) return withVenv(found.executable, found.python);
    old ??= `Python ${found.python} (${found.executable}) is too old to train`;
  }
  const remedy = `install Python ${OLDEST_PYTHON} or later, or uv, and run the command again; or name one with --base PYTHON`;
  if (old !== undefined) throw new SftError('python-too-old', old, { remedy, exitCode: 2 });
  throw new SftError('python-missing', `there is no Python: ${programs.join(', ')}`, { remedy, exitCode: 2 });
}

async function versionOfUv(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('uv', ['--version'], { timeout: 20_000, windowsHide: true });
    return /^uv (\S+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function withUv(version: string, base: string | undefined): Installer {
  return {
    name: `uv ${version}`,
    commands: ({ folder, program }, { file }) => [
      ['uv', 'venv', '--python', base ?? `>=${OLDEST_PYTHON}`, folder],
      ['uv', 'pip', 'install', '--python', program, ...FROM_LOCK, file],
    ],
  };
}

function withVenv(base: string, version: string): Installer {
  return {
    name: `venv and pip of ${base} (${version})`,
    // -I: neither variables of Python nor packages of the person's own come in.
    commands: ({ folder, program }, { file }) => [
      [base, '-I', '-m', 'venv', folder],
      [program, '-I', '-m', 'pip', 'install', '--no-input', '--progress-bar', 'off', ...FROM_LOCK, file],
    ],
  };
}
