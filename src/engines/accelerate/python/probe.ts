import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { SftError } from '../../../base/errors';
import { count, list, maybe, open, text, type TypeOf } from '../../../base/shapes';
import { findScript } from './find-script';
import { isAtLeast, OLDEST_PYTHON, requirementText, type Requirement } from './requirements';

/** Importing torch takes minutes from a cold shared folder, or where others compute; a Python that does not answer at all is none. */
const TIMEOUT_MS = 300_000;

const FOUND = open({
  python: text,
  executable: text,
  packages: v.record(text, v.nullable(text), 'an object'),
  gpus: list(open({ name: text, memory: count })),
  broken: maybe(text),
});

/** What a Python says it has. */
export type FoundPython = TypeOf<typeof FOUND>;

/** Importing torch takes seconds: a worker that opens its engine again after a pause need not ask again. */
const answers = new Map<string, Promise<FoundPython>>();

/**
 * Asks a Python, 3.6 or later, what it has, once in this process.
 * @param program a path, or a name on the PATH
 * @param timeoutMs so long it may take
 * @throws SftError python-missing where it cannot be started, python-broken where it does not say
 */
export function probe(program: string, timeoutMs = TIMEOUT_MS): Promise<FoundPython> {
  const known = answers.get(program);
  if (known !== undefined) return known;
  const asked = ask(program, timeoutMs);
  answers.set(program, asked);
  asked.catch(() => answers.delete(program));
  return asked;
}

/** It was changed: what it said before holds no more. */
export function forgetProbe(program: string): void {
  answers.delete(program);
}

async function ask(program: string, timeoutMs: number): Promise<FoundPython> {
  let said: string;
  try {
    ({ stdout: said } = await promisify(execFile)(program, [findScript('sft_probe.py')], {
      timeout: timeoutMs,
      windowsHide: true,
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
    }));
  } catch (error) {
    if (error instanceof SftError) throw error;
    const {
      code,
      killed,
      stderr = '',
    } = error as NodeJS.ErrnoException & {
      readonly killed?: boolean;
      readonly stderr?: string;
    };
    if (code === 'ENOENT' || code === 'EACCES') {
      throw new SftError('python-missing', `${program} cannot be started`, { remedy: PYTHON_REMEDY, exitCode: 2 });
    }
    if (killed === true) {
      throw new SftError('python-broken', `${program} did not say within ${timeoutMs / 1000} seconds what it has`, {
        remedy: `try again when the machine has less to do; or ${PYTHON_REMEDY}`,
        exitCode: 2,
        cause: error,
      });
    }
    throw broken(program, stderr.trim().split('\n').at(-1) ?? '', error);
  }
  try {
    const read = v.safeParse(FOUND, JSON.parse(said));
    if (read.success) return read.output;
  } catch {
    // Told below.
  }
  throw broken(program, said.trim().split('\n').at(-1) ?? '');
}

export const PYTHON_REMEDY =
  'set SFT_PYTHON, or "python" in .sft/machine.json, to a Python with PyTorch; or leave both out and run `sft python setup`; or set "engine": "builtin"';

function broken(program: string, words: string, cause?: unknown): SftError {
  const reason = `${program} does not report what it has${words === '' ? '' : `: ${words}`}`;
  return new SftError('python-broken', reason, { remedy: PYTHON_REMEDY, exitCode: 2, cause });
}

/** What keeps a Python from training, each with its remedy. */
export function problemsOf(found: FoundPython, needed: readonly Requirement[]): SftError[] {
  const { python, executable, packages } = found;
  if (!isAtLeast(python, OLDEST_PYTHON)) {
    const reason = `Python ${python} (${executable}) is too old`;
    const remedy = `choose one of ${OLDEST_PYTHON} or later: ${PYTHON_REMEDY}`;
    return [new SftError('python-too-old', reason, { remedy, exitCode: 2 })];
  }
  const problems: SftError[] = [];
  const missing = needed.filter(({ name }) => (packages[name] ?? null) === null);
  for (const some of together(missing)) {
    const names = some.map(({ name }) => name);
    const reason = `${listed(names)} ${names.length === 1 ? 'is' : 'are'} not installed in ${executable}`;
    // Where there is no torch there is nothing to add to.
    const otherwise = names.includes('torch') ? ', or an environment of its own: sft python setup' : '';
    const remedy = `${installing(executable, some)}${otherwise}`;
    problems.push(new SftError('package-missing', reason, { remedy, exitCode: 2 }));
  }
  for (const requirement of needed) {
    const { name, oldest, before } = requirement;
    const version = packages[name] ?? null;
    if (version === null || (isAtLeast(version, oldest) && (before === undefined || !isAtLeast(version, before))))
      continue;
    const wanted = before === undefined ? `${oldest} or later` : `${oldest} or later, and before ${before}`;
    const reason = `${name} ${version} in ${executable} is not a tested version: it has to be ${wanted}`;
    const remedy = installing(executable, [requirement]);
    problems.push(new SftError('package-version', reason, { remedy, exitCode: 2 }));
  }
  if (found.broken !== undefined) {
    const reason = `torch in ${executable} cannot be imported: ${found.broken}`;
    const remedy = `install it again: ${executable} -m pip install --force-reinstall torch`;
    problems.push(new SftError('torch-broken', reason, { remedy, exitCode: 2 }));
  }
  return problems;
}

/** Packages that one command installs. */
function together(missing: readonly Requirement[]): (readonly Requirement[])[] {
  const byPip = missing.filter(({ install }) => install === undefined);
  const others = missing.filter(({ install }) => install !== undefined);
  return [...(byPip.length === 0 ? [] : [byPip]), ...others.map((one) => [one])];
}

function installing(executable: string, some: readonly Requirement[]): string {
  const [{ install = `${executable} -m pip install {}` } = {}] = some;
  return install.replace('{}', some.map((one) => `"${requirementText(one)}"`).join(' '));
}

/** `torch, transformers and peft` */
function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(names);
}
