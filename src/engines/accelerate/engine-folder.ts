import { readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import type { Shape, TypeOf } from '../../base/shapes';
import { isAlive } from '../../base/process-identity';
import { ERROR_NOTE, RANK_NOTE, type ErrorNote } from './contract';

export type Rank = TypeOf<typeof RANK_NOTE>;

/** Where the files of RUN/engine are; docs/accelerate.md says what is in each. */
export class EngineFolder {
  readonly job: string;
  readonly steps: string;
  readonly adapterStart: string;
  readonly events: string;
  readonly forwarded: string;
  readonly stop: string;
  readonly log: string;
  readonly node: string;

  /** @param root the folder, absolute */
  constructor(readonly root: string) {
    const file = (name: string): string => path.join(root, name);
    this.job = file('job.json');
    this.steps = file('steps.jsonl');
    this.adapterStart = file('adapter_start');
    this.events = file('events.jsonl');
    this.forwarded = file('forwarded');
    this.stop = file('stop');
    this.log = file('python.log');
    this.node = file('node.sh');
  }

  static of(run: string): EngineFolder {
    return new EngineFolder(path.join(run, 'engine'));
  }

  sequences(part: 'train' | 'validation'): string {
    return path.join(this.root, `${part}.jsonl`);
  }

  /** What ended processes since `forget`, as far as they could say it. */
  errors(): ErrorNote[] {
    return this.notes(/^error-\d+\.json$/, ERROR_NOTE);
  }

  /** The processes of this machine that have begun since `forget`: those that still run, and those that do not. */
  ranks(): { readonly living: readonly Rank[]; readonly dead: readonly Rank[] } {
    const own = os.hostname();
    const all = this.notes(/^rank-\d+\.json$/, RANK_NOTE).filter(({ host }) => host === own);
    const living = all.filter(isAlive);
    return { living, dead: all.filter((rank) => !living.includes(rank)) };
  }

  /** Removes what earlier processes said of themselves. None of them runs any more. */
  forget(): void {
    rmSync(this.stop, { force: true });
    for (const name of this.names(/^(?:error|rank)-\d+\.json(?:\.part)?$/))
      rmSync(path.join(this.root, name), { force: true });
  }

  private names(pattern: RegExp): string[] {
    try {
      return readdirSync(this.root).filter((name) => pattern.test(name));
    } catch {
      return [];
    }
  }

  /** A note that its writer was killed in, or that is gone, is none. */
  private notes<T>(pattern: RegExp, shape: Shape<T>): T[] {
    return this.names(pattern).flatMap((name) => {
      try {
        const read = v.safeParse(shape, JSON.parse(readFileSync(path.join(this.root, name), 'utf8')));
        return read.success ? [read.output] : [];
      } catch {
        return [];
      }
    });
  }
}
