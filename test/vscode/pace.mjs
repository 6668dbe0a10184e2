// How much slower this machine is now than the quiet one by which time limits are chosen. Every limit of the browser suites is given for
// that one and follows from this. A limit only ends what hangs: nothing waits for time to pass.
import { spawnSync } from 'node:child_process';
import os from 'node:os';

/** ms on a quiet machine: Node starts and hashes. */
const QUIET = 250;
const WORK =
  "const piece = Buffer.alloc(1 << 20); const hash = require('node:crypto').createHash('sha256'); for (let at = 0; at < 128; at++) hash.update(piece)";
/** Beyond it a hang would be noticed too late. */
const MOST = 12;

/** Stated by whoever started this process, or measured. */
const stated = Number(process.env.SFT_SLOWNESS);
let slowness = stated >= 1 ? stated : 1;

/**
 * Measures anew, where SFT_SLOWNESS does not state it: by some work, and by how many processes wait for each core, because a window of
 * VS Code is several of them.
 * @returns what was found, for a person
 */
export function measureSlowness() {
  if (stated >= 1) return `limits times ${stated} (SFT_SLOWNESS)`;
  const start = performance.now();
  spawnSync(process.execPath, ['-e', WORK]);
  const took = performance.now() - start;
  const [load] = os.loadavg();
  const cores = os.availableParallelism();
  slowness = Math.min(MOST, Math.max(1, took / QUIET, 1 + load / cores));
  return `limits times ${slowness.toFixed(1)} (load ${load.toFixed(1)} on ${cores} cores, ${Math.round(took)} ms for ${QUIET} ms of work)`;
}

/** For processes that are started from here, as SFT_SLOWNESS. */
export function statedSlowness() {
  return String(slowness);
}

/** @param milliseconds a limit for a quiet machine @returns the limit for this one, ms */
export function within(milliseconds) {
  return Math.round(milliseconds * slowness);
}
