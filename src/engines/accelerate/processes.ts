import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { explainWriteError } from '../../base/files';
import { isAlive, type ProcessIdentity } from '../../base/process-identity';
import type { EngineFolder } from './engine-folder';
import { killGroup } from './kill-group';
import { findScript } from './python/find-script';
import { environment, isAlone, launcherWords } from './launcher';
import type { Setting } from './setting';
import type { ResolvedConfig } from '../../config/config-schema';

/** How the process that was started ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly error?: Error;
}

/** Between two looks whether a process that was ended is gone, in ms. */
const LOOK_MS = 50;

/**
 * The processes of Python: one, or a launcher (torchrun) with as many as train together. A launcher gives each of them a session of its
 * own, so that ending its group does not end them: they are found by what they write into the engine folder, and ended by number and
 * start time. They end by themselves as well once this process or the launcher is gone.
 */
export class Processes {
  readonly ended: Promise<Ended>;
  private end_: Ended | undefined;

  private constructor(
    private readonly folder: EngineFolder,
    readonly child: ChildProcess,
    /** Bytes of the log before they began. */
    readonly logStart: number,
    /** Where they find each other; removed once they are gone. */
    private readonly store: string | undefined,
  ) {
    this.ended = new Promise((resolve) => {
      const tell = (ended: Ended): void => {
        this.end_ ??= ended;
        resolve(this.end_);
      };
      child.once('error', (error) => {
        tell({ code: null, signal: null, error });
      });
      child.once('exit', (code, signal) => {
        tell({ code, signal });
      });
    });
  }

  /** @param words after the verb and the folder */
  static train(folder: EngineFolder, setting: Setting, config: ResolvedConfig, words: readonly string[]): Processes {
    const { machine } = setting;
    const script = [findScript('sft_accelerate.py'), 'train', folder.root, ...words];
    if (isAlone(machine)) return Processes.start(folder, setting, config, script, 'ignore');
    const store = machine.nodes === 1 ? mkdtempSync(path.join(os.tmpdir(), 'sft-store-')) : undefined;
    const args = [...launcherWords(machine, folder.root, '0', store), ...script];
    return Processes.start(folder, setting, config, args, 'ignore', store);
  }

  /** One process that answers what is written to it. */
  static answer(folder: EngineFolder, setting: Setting, config: ResolvedConfig): Processes {
    const one = { ...setting, machine: { ...setting.machine, processes: 1, nodes: 1 } };
    return Processes.start(folder, one, config, [findScript('sft_accelerate.py'), 'answer', folder.root], 'pipe');
  }

  private static start(
    folder: EngineFolder,
    { python, device, machine }: Setting,
    config: ResolvedConfig,
    args: readonly string[],
    pipes: 'ignore' | 'pipe',
    store?: string,
  ): Processes {
    let log: number;
    try {
      log = openSync(folder.log, 'a');
    } catch (error) {
      throw explainWriteError(error, folder.log);
    }
    const logStart = fstatSync(log).size;
    const stdio: StdioOptions = [pipes, pipes === 'pipe' ? 'pipe' : log, log];
    try {
      const child = spawn(python.program, args, {
        stdio,
        env: {
          ...process.env,
          ...environment(device, machine, config),
          ...(store === undefined ? {} : { SFT_STORE: path.join(store, 'processes') }),
        },
        // A group of its own: a Ctrl-C in the terminal is heard here, and what is asked of Python is asked by a file.
        detached: true,
        windowsHide: true,
      });
      return new Processes(folder, child, logStart, store);
    } finally {
      closeSync(log);
    }
  }

  /** Undefined while it runs. */
  get end(): Ended | undefined {
    return this.end_;
  }

  /** Ends all of them, without saving, and waits until they are gone. */
  async kill(): Promise<void> {
    const { pid } = this.child;
    if (pid !== undefined && this.end_ === undefined) killGroup(pid);
    await this.ended;
    await killRanks(this.folder);
    if (this.store !== undefined) rmSync(this.store, { recursive: true, force: true });
  }
}

/** Ends what earlier launchers left running, and waits until it is gone. */
export async function killRanks(folder: EngineFolder): Promise<void> {
  const { living: ranks } = folder.ranks();
  for (const rank of ranks) killOne(rank);
  while (ranks.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function killOne({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
