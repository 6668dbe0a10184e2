import { SftError } from '../../base/errors';
import type { Endpoint } from './completions';
import { ServeProcess, type ServeCommand } from './serve-process';

/** What a server is started for; one runs for each key at a time. */
export interface ServeTarget {
  readonly key: string;
  /** What follows `sft serve`. */
  readonly args: readonly string[];
  /** As a person knows it. */
  readonly name: string;
}

export interface ServerPoolOptions {
  readonly command: () => ServeCommand;
  readonly log: (line: string) => void;
}

/** After so long without a request a server ends by itself, and its memory is free. */
const IDLE_MINUTES = 15;
/** Two sides can talk to two models; a third would only hold memory. */
const MOST_SERVERS = 2;
/** A server that died so often within the window is not started again until the window has passed. */
const MOST_DEATHS = 3;
const DEATH_WINDOW = 5 * 60_000;

interface Entry {
  readonly process: ServeProcess;
  /** Answers on their way. */
  users: number;
  lastUse: number;
  readonly forgotten: Promise<void>;
}

/** A server in use; `release` it when the answer is there. */
export interface Lease {
  readonly endpoint: Endpoint;
  readonly models: readonly string[];
  readonly pid: number | undefined;
  /** Resolves when the server is gone and forgotten here. */
  readonly ended: Promise<void>;
  release(): void;
}

/** The running `sft serve`s: started when first asked, ended when idle, started again when they died. */
export class ServerPool {
  private readonly entries = new Map<string, Entry>();
  private readonly deaths = new Map<string, number[]>();
  private disposed = false;

  constructor(private readonly options: ServerPoolOptions) {}

  /** @throws SftError `serve-failed` where the server cannot start, or died too often */
  async lease(target: ServeTarget, onStart: () => void = () => undefined): Promise<Lease> {
    let entry = this.entries.get(target.key);
    if (entry === undefined) {
      this.checkDeaths(target);
      onStart();
      entry = this.start(target);
      this.makeRoom();
    }
    const { process } = entry;
    const taken = entry;
    taken.users++;
    try {
      const { url, models } = await process.listening;
      let open = true;
      return {
        endpoint: { url, key: process.key, own: true, name: target.name },
        models,
        pid: process.pid,
        ended: taken.forgotten,
        release: () => {
          if (open) taken.users--;
          open = false;
          taken.lastUse = Date.now();
        },
      };
    } catch (error) {
      taken.users--;
      throw error;
    }
  }

  /** Ends the server of a target, so that the next request starts one that knows what is new. */
  async restart(key: string): Promise<void> {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    await entry?.process.stop();
  }

  /** How many run or start. */
  get size(): number {
    return this.entries.size;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    const all = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(all.map(({ process }) => process.stop()));
  }

  private start({ key, args, name }: ServeTarget): Entry {
    if (this.disposed) throw new SftError('serve-failed', 'the window is closing');
    const process = new ServeProcess(this.options.command(), args, IDLE_MINUTES);
    const forgotten = process.ended.then((how) => {
      // One that was stopped from here is no longer in the list.
      if (this.entries.get(key) !== entry) return;
      this.entries.delete(key);
      if (how === 'it exited with code 0') return;
      this.deaths.set(key, [...(this.deaths.get(key) ?? []), Date.now()]);
      this.options.log(`the model server of ${name} has stopped: ${how}\n${process.lastWords}`);
    });
    const entry: Entry = { process, users: 0, lastUse: Date.now(), forgotten };
    this.entries.set(key, entry);
    return entry;
  }

  private checkDeaths({ key, name }: ServeTarget): void {
    const recent = (this.deaths.get(key) ?? []).filter((time) => Date.now() - time < DEATH_WINDOW);
    this.deaths.set(key, recent);
    if (recent.length < MOST_DEATHS) return;
    throw new SftError('serve-failed', `the model server of ${name} stopped ${recent.length} times in a row`, {
      remedy: 'see the output channel SFT for why, then try again in five minutes',
    });
  }

  /** Ends the server that was used least recently, where there is one more than is wanted. */
  private makeRoom(): void {
    const idle = [...this.entries].filter(([, { users, process }]) => users === 0 && process !== this.newest());
    idle.sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [key] of idle.slice(0, Math.max(0, this.entries.size - MOST_SERVERS))) void this.restart(key);
  }

  private newest(): ServeProcess | undefined {
    return [...this.entries.values()].at(-1)?.process;
  }
}
