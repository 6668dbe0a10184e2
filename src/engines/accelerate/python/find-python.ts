import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../../../base/errors';
import { ownPython, pythonIn } from './own-environment';
import { problemsOf, probe, PYTHON_REMEDY, type FoundPython } from './probe';
import type { Requirement } from './requirements';

/** A Python, why it was taken, and what it lacks. */
export interface ChosenPython {
  readonly program: string;
  /** For a person: `SFT_PYTHON or .sft/machine.json`. */
  readonly from: string;
  readonly found: FoundPython;
  readonly problems: readonly SftError[];
}

/**
 * The Python that trains: the one that is named, else the environment that `sft python setup` made, else the one that the editor has chosen
 * for the folder (SFT_EDITOR_PYTHON), else .venv beside the configuration, else python3 of the PATH. One that is named is taken whatever it
 * lacks; of the others the first that lacks nothing, or else the first that is there.
 * @param folder of the configuration
 * @throws SftError python-missing, python-broken
 */
export async function findPython(
  named: string | undefined,
  folder: string,
  needed: readonly Requirement[],
): Promise<ChosenPython> {
  if (named !== undefined) return choose(named, 'SFT_PYTHON or .sft/machine.json', needed);
  let first: ChosenPython | undefined;
  for (const { program, from } of candidates(folder)) {
    const chosen = await choose(program, from, needed).catch((error: unknown) => {
      if (error instanceof SftError) return undefined;
      throw error;
    });
    if (chosen?.problems.length === 0) return chosen;
    first ??= chosen;
  }
  if (first !== undefined) return first;
  throw new SftError(
    'python-missing',
    'no Python was found: none is set up, and there is no .venv next to the configuration and no python3',
    {
      remedy: PYTHON_REMEDY,
      exitCode: 2,
    },
  );
}

async function choose(program: string, from: string, needed: readonly Requirement[]): Promise<ChosenPython> {
  const found = await probe(program);
  return { program, from, found, problems: problemsOf(found, needed) };
}

function* candidates(folder: string): Generator<{ readonly program: string; readonly from: string }> {
  const own = ownPython();
  if (own !== undefined) yield { program: own, from: '`sft python setup`' };
  const { SFT_EDITOR_PYTHON: editor = '' } = process.env;
  if (editor !== '')
    yield { program: isFolder(editor) ? pythonIn(editor) : editor, from: "VS Code's Python extension" };
  const beside = pythonIn(path.join(folder, '.venv'));
  if (existsSync(beside)) yield { program: beside, from: '.venv next to the configuration' };
  yield { program: process.platform === 'win32' ? 'python' : 'python3', from: 'the PATH' };
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
