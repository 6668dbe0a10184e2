import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

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

export function ownEnvironment({ XDG_DATA_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv = process.env): OwnEnvironment {
  const data =
    XDG_DATA_HOME !== undefined && path.isAbsolute(XDG_DATA_HOME)
      ? XDG_DATA_HOME
      : process.platform === 'win32' && LOCALAPPDATA !== undefined
        ? LOCALAPPDATA
        : path.join(homedir(), '.local', 'share');
  const home = path.join(data, 'sft-workbench', 'python');
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
