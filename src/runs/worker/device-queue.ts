import { watch } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { makeFolder, writeFileAtomic } from '../../base/files';
import { ownFolder } from '../../base/own-folders';
import { open, text, type TypeOf } from '../../base/shapes';
import { identityText, isAlive, ownIdentity, parseIdentity, type ProcessIdentity } from '../../base/process-identity';
import { tryLock } from '../../base/lock';

/** A death leaves no event in the folder: how often to look for it, in ms. */
const LOOK_EVERY = 1000;

/** A run that has the device or waits for it: its folder and its name. */
const QUEUED_RUN = open({ run: text, name: text });
export type QueuedRun = TypeOf<typeof QUEUED_RUN>;

interface Ticket extends ProcessIdentity {
  readonly file: string;
  readonly time: number;
}

export interface TurnOptions {
  /** When the run was asked for, ms: who came first goes first. */
  readonly since: number;
  /** Aborting leaves the queue. */
  readonly signal: AbortSignal;
  /** Told of the runs before this one, the one that has the device first, and again whenever they change. */
  readonly onWait: (ahead: readonly QueuedRun[]) => Promise<void>;
}

/** Where the queues of this person on this machine lie: a home may be shared between machines, process numbers are not. */
function queueFolder(device: string): string {
  // Windows has no colons in names: webgpu:0 is the folder webgpu-0.
  return path.join(ownFolder('state'), 'devices', hostname(), device.replaceAll(':', '-'));
}

/**
 * Waits until this process may use a device. The queue needs no supervisor: each run puts a file `ticket-<time>-<pid>-<start>.json` into
 * the device's folder, whoever has the oldest ticket of a living process takes the folder's lock, and both are given back at the end.
 * The ticket says who is next, the lock sees to it that two never compute at once; dead processes' files are removed by whoever looks.
 *
 * @param device the name of the device, one queue for each
 * @param folder where the queue lies, this person's own unless given
 * @returns the release; undefined where the signal came first
 * @throws SftError `disk-full` or `not-writable`; what the system says where the folder cannot be read or watched
 */
export async function waitForTurn(
  device: string,
  entry: QueuedRun,
  { since, signal, onWait }: TurnOptions,
  folder: string = queueFolder(device),
): Promise<(() => Promise<void>) | undefined> {
  await makeFolder(folder);
  const file = path.join(folder, `ticket-${since}-${identityText()}.json`);
  await writeFileAtomic(file, `${JSON.stringify(entry)}\n`);
  const own: Ticket = { ...ownIdentity(), time: since, file };
  const changes = new FolderChanges(folder, signal);
  let told = '';
  try {
    while (!signal.aborted) {
      changes.clear();
      const tickets = await livingTickets(folder);
      const before = tickets.filter((ticket) => ticket.file !== own.file && inOrder(ticket, own) < 0);
      const { release, holder } = before.length === 0 ? await tryLock(folder) : {};
      if (release !== undefined) {
        return async () => {
          await rm(file, { force: true });
          await release();
        };
      }
      // The lock may be held by one that came later and found the queue empty just before this ticket was in it.
      if (holder !== undefined) before.push(...tickets.filter((ticket) => ticket.pid === holder.pid));
      const ahead = await Promise.all(before.map(readTicket));
      const text = JSON.stringify(ahead);
      if (text !== told) await onWait(ahead);
      told = text;
      await changes.next();
    }
    await rm(file, { force: true });
    return undefined;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    changes.close();
  }
}

/** The run that has a device or waits for it longest; undefined where there is none, or nothing is known of the queue. */
export async function runOnDevice(
  device: string,
  folder: string = queueFolder(device),
): Promise<QueuedRun | undefined> {
  const [first] = await livingTickets(folder).catch(() => []);
  return first && readTicket(first);
}

function inOrder(a: Ticket, b: Ticket): number {
  return a.time - b.time || a.pid - b.pid;
}

/** Oldest first. */
async function livingTickets(folder: string): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { name } = entry;
    const [, time, who = ''] = /^ticket-(\d+)-(.+)\.json$/.exec(name) ?? [];
    const identity = parseIdentity(who);
    if (identity === undefined) continue;
    const file = path.join(folder, name);
    if (isAlive(identity)) tickets.push({ ...identity, file, time: Number(time) });
    else await rm(file, { force: true });
  }
  return tickets.sort(inOrder);
}

async function readTicket({ file, pid }: Ticket): Promise<QueuedRun> {
  try {
    return v.parse(QUEUED_RUN, JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Its owner has just gone, and the next look will not find it; or it is damaged.
    return { run: '', name: `process ${pid}` };
  }
}

/** Wakes whoever waits when a folder changes, once in a while, and when the signal comes. */
class FolderChanges {
  readonly #watcher: ReturnType<typeof watch>;
  readonly #timer: NodeJS.Timeout;
  #changed = false;
  #wake: () => void = () => undefined;

  constructor(
    folder: string,
    private readonly signal: AbortSignal,
  ) {
    this.#watcher = watch(folder);
    this.#watcher.on('change', this.#onChange);
    this.#watcher.on('error', this.#onChange);
    this.#timer = setInterval(this.#onChange, LOOK_EVERY);
    signal.addEventListener('abort', this.#onChange);
  }

  /** Forgets what has changed so far. */
  clear(): void {
    this.#changed = false;
  }

  /** Resolves at the next change since `clear`. */
  async next(): Promise<void> {
    if (!this.#changed && !this.signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  close(): void {
    this.signal.removeEventListener('abort', this.#onChange);
    clearInterval(this.#timer);
    this.#watcher.close();
  }

  readonly #onChange = (): void => {
    this.#changed = true;
    this.#wake();
  };
}
