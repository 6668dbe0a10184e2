import { existsSync } from 'node:fs';
import path from 'node:path';
import { ownFolder } from '../../../base/own-folders';

/** The Python environment that `sft python setup` makes: in the data of this person on this machine, for all configurations. */
export interface OwnEnvironment {
  /** Holds all of the rest. */
  readonly home: string;
  /** The environment itself. */
  readonly folder: string;
  /** Its Python. */
  readonly program: string;
  /** There once all is installed; names the lock it was installed from. */
  readonly mark: string;
  /** What uv or pip printed. */
  readonly log: string;
}

export function ownEnvironment(env: NodeJS.ProcessEnv = process.env): OwnEnvironment {
  const home = path.join(ownFolder('data', env), 'python');
  const folder = path.join(home, 'environment');
  return {
    home,
    folder,
    program: pythonIn(folder),
    mark: path.join(home, 'environment.json'),
    log: path.join(home, 'setup.log'),
  };
}

/** Where the Python of a virtual environment is. */
export function pythonIn(environment: string): string {
  return path.join(environment, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python3']));
}

/** Its Python; undefined where there is none, or one that was not finished. */
export function ownPython(): string | undefined {
  const { program, mark } = ownEnvironment();
  return existsSync(mark) && existsSync(program) ? program : undefined;
}
