import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import { runCommand } from '../../src/cli/run-command';
import { recordedTerminal } from '../recorded-terminal';
import { writeBaseModel } from './base-model';
import type { CommandResult, FuzzCase } from './kind';
import { KINDS } from './kinds';
import { LONGEST_LINE, MOST_MS, MOST_MEMORY_BYTES } from './limits';

/** C0 and C1 but for tabs, and what changes the order of what is read. */
const RAW_CONTROL = /[\0-\x08\x0a-\x1f\x7f-\x9f\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/;

export interface CaseAsked {
  readonly seed: number;
  /** Which case of this seed; its kind comes with it. */
  readonly number: number;
  /** Leave the case's folder where it is. */
  readonly keep: boolean;
}

export interface CaseResult {
  readonly problems: readonly string[];
  /** Time or memory beyond the limits. Of a process that ran others before, the memory is theirs too. */
  readonly beyond: readonly string[];
  readonly folder: string;
  /** Whether the process must not be used any more. */
  readonly spent: boolean;
}

let base: Promise<string> | undefined;

async function writeBase(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-fuzz-base-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  // A queue of its own: nobody else's runs are waited for.
  process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
  await writeBaseModel(folder);
  return folder;
}

/** Makes one input, puts it through the product and says what is wrong with what happens. */
export async function runCase({ seed, number, keep }: CaseAsked): Promise<CaseResult> {
  const whole = await (base ??= writeBase());
  const kind = KINDS[number % KINDS.length]!;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-fuzz-'));
  const problems: string[] = [];
  const seen = (where: string, text: string): void => {
    if (/bug in sft/.test(text)) problems.push(`${where} says: ${text.slice(0, 400)}`);
    if (RAW_CONTROL.test(text))
      problems.push(`${where} writes a control character: ${JSON.stringify(text.slice(0, 400))}`);
  };
  // Of a command by itself: each that foretells a run measures the machine anew, which is work and no hang.
  let [started, before, longest] = [performance.now(), process.cpuUsage(), 0];
  const lap = (): void => {
    const { user, system } = process.cpuUsage(before);
    // Several threads take more than the clock does, and a machine that does other things too takes less.
    longest = Math.max(longest, Math.min(performance.now() - started, (user + system) / 1000));
    started = performance.now();
    before = process.cpuUsage();
  };
  const fuzz: FuzzCase = {
    random: createRandom(seed * 1_000_003 + number),
    folder,
    base: (name) => path.join(whole, name),
    sft: async (...words) => {
      lap();
      const outcome = await command(words, seen, problems);
      lap();
      return outcome;
    },
    seen,
    problem: (text) => problems.push(text),
  };
  try {
    await kind.run(fuzz);
  } catch (error) {
    problems.push(`throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  lap();
  const beyond = longest > MOST_MS ? [`takes ${(longest / 1000).toFixed(1)} s`] : [];
  const memory = process.resourceUsage().maxRSS * 1024;
  const spent = memory > MOST_MEMORY_BYTES;
  if (spent) beyond.push(`takes ${(memory / 1e9).toFixed(1)} GB of memory`);
  if (!keep) rmSync(folder, { recursive: true, force: true });
  return { problems, beyond, folder, spent };
}

async function command(words: readonly string[], seen: FuzzCase['seen'], problems: string[]): Promise<CommandResult> {
  const { terminal, out, log } = recordedTerminal();
  const code = await runCommand(words, terminal);
  const where = `sft ${words[0]}`;
  for (const line of [...out, ...log]) seen(where, line);
  const long = log.find((line) => line.length > LONGEST_LINE);
  if (long !== undefined) problems.push(`${where} logs a line of ${long.length} characters`);
  if (code !== 0 && out.length + log.length === 0) problems.push(`${where} exits ${code} and says nothing`);
  return { code, out, log };
}
