import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back what is no longer used, now: V8 by itself lets a hundred megabytes lie until it needs them. It holds the thread for some tenths
 * of a second where much is alive.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
