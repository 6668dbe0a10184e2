import { homedir } from 'node:os';
import path from 'node:path';

/** By XDG's variables, which count where they are absolute, and where they lie below a home without them. */
const KINDS = {
  state: { variable: 'XDG_STATE_HOME', place: ['.local', 'state'] },
  data: { variable: 'XDG_DATA_HOME', place: ['.local', 'share'] },
  cache: { variable: 'XDG_CACHE_HOME', place: ['.cache'] },
} as const;

/** The folder in which this program keeps what is this person's on this machine, whatever they work on. It need not exist. */
export function ownFolder(kind: keyof typeof KINDS, env: NodeJS.ProcessEnv = process.env): string {
  const { variable, place } = KINDS[kind];
  const named = env[variable];
  const { LOCALAPPDATA: local } = env;
  const root =
    named !== undefined && path.isAbsolute(named)
      ? named
      : process.platform === 'win32' && local !== undefined
        ? local
        : path.join(homedir(), ...place);
  return path.join(root, 'sft-workbench');
}
