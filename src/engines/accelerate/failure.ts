import { readFileSync } from 'node:fs';
import { SftError } from '../../base/errors';
import type { ErrorNote } from './contract';
import type { EngineFolder, Rank } from './engine-folder';
import type { Ended } from './processes';

/** Of the log, so much is looked at, characters. */
const LOG_END = 20_000;
/** What is only the consequence of another's end. */
const LOST = 'processes-lost';

/** What was seen of an end, before anything else was ended for it. */
export interface End {
  /** How the one process, or the launcher of several, ended; undefined where it still runs. */
  readonly ended: Ended | undefined;
  /** A process that was gone. */
  readonly died: Rank | undefined;
  /** Bytes of the log before the processes began. */
  readonly logStart: number;
}

/**
 * Why Python ended without having finished. What one process died of makes the others lose it: a reason of its own comes before that, one
 * that names an example before one that does not, then the first in time.
 */
export function failureOf(folder: EngineFolder, end: End): SftError {
  const { ended } = end;
  const log = logEnd(folder, end.logStart);
  const notes = folder.errors();
  const [note] = notes.sort((a, b) => rankOf(a) - rankOf(b) || a.time - b.time);
  if (note !== undefined && note.code !== LOST) return errorOf(note, folder);
  const killed = killedProcess(end, notes, log);
  if (killed !== undefined) {
    return new SftError('process-killed', `${killed} was stopped from outside`, {
      file: folder.log,
      remedy:
        'resume the run; if it happens again, the system probably stops it for using too much memory: reduce what the run needs, or train with fewer processes',
    });
  }
  if (note !== undefined) return errorOf(note, folder);
  if (ended?.error !== undefined) {
    return new SftError('python-missing', `Python cannot be started: ${ended.error.message}`, {
      remedy: 'check SFT_PYTHON; `sft python check` says what was found',
    });
  }
  const how = ended === undefined ? '' : ` (exit code ${ended.code ?? 'unknown'})`;
  const words = log.trim().split('\n').at(-1) ?? '';
  return new SftError('engine-ended', `Python exited before it was done${how}${words === '' ? '' : `: ${words}`}`, {
    file: folder.log,
    remedy: 'that file has all its output; resume the run to try again',
  });
}

/** The process that did not end by itself, for a person. */
function killedProcess({ ended, died }: End, notes: readonly ErrorNote[], log: string): string | undefined {
  // What a launcher reports of each process, also of one that could say nothing itself.
  const reported = [...log.matchAll(/exitcode\s*:\s*(-?\d+)\s*\(pid:\s*(\d+)\)/g)];
  const killed = reported.find(([, code]) => code === '-9');
  if (killed !== undefined) return `process ${killed[2]}`;
  if (ended !== undefined) return ended.signal === null ? undefined : 'the process that was started';
  const spoke = died === undefined || notes.some(({ rank }) => rank === died.rank);
  return spoke || reported.length > 0 ? undefined : `process ${died.pid}`;
}

function rankOf({ code, place }: ErrorNote): number {
  return code === LOST ? 2 : place === null ? 1 : 0;
}

function errorOf({ code, message, remedy, place }: ErrorNote, folder: EngineFolder): SftError {
  return new SftError(code, message, { remedy, file: place ?? folder.log });
}

function logEnd({ log }: EngineFolder, start: number): string {
  try {
    return readFileSync(log).subarray(start).toString('utf8').slice(-LOG_END);
  } catch {
    return '';
  }
}
