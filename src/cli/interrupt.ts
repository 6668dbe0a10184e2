import { SftError } from '../base/errors';

/** Work that a person may end from the terminal. */
export interface Interruptible {
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
  /** From then on signals do what they do without this. */
  end(): void;
}

/** A terminal that is closed hangs up. */
const ALL = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal lets work save and end; the second ends the process at once.
 * @param onStop is told of the first
 */
export function stopOnSignal(onStop?: () => void): Interruptible {
  const stop = new AbortController();
  return listening(stop.signal, ALL, () => {
    if (stop.signal.aborted) process.exit(130);
    onStop?.();
    stop.abort();
  });
}

/**
 * The first signal gives work up, with an error that says how to go on; after it signals do what they do without this.
 * @param remedy what to do next
 */
export function giveUpOnSignal(remedy: string, signals: readonly NodeJS.Signals[] = ['SIGINT']): Interruptible {
  const stop = new AbortController();
  const work = listening(stop.signal, signals, () => {
    work.end();
    stop.abort(new SftError('stopped', 'stopped', { remedy }));
  });
  return work;
}

function listening(signal: AbortSignal, names: readonly NodeJS.Signals[], listener: () => void): Interruptible {
  for (const name of names) process.on(name, listener);
  return {
    signal,
    end: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
