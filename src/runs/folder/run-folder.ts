import { appendFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { removeFile, replaceFile, writeFileAtomic } from '../../base/files';
import { ownIdentity } from '../../base/process-identity';
import { EventWriter, followEvents, readEventsFrom } from './event-log';
import type { NewRunEvent, RunEvent } from './event-schema';
import { acquireLock } from './lock';
import { absoluteRunPaths, storedPaths, withModel } from './run-paths';
import type { Run } from './run-schema';
import { CONTROL_FILE, RUN_FILE, STATE_FILE } from './run-files';
import type { ControlCommand, RunState } from './state-schema';

/** A worker that only steps says that it lives this often at most, in ms: each time costs a flush of the disk, and readers are to be a second behind at most. */
const HEARTBEAT_EVERY = 500;

/** What is told of a run that goes on. */
type Beat = Partial<Pick<RunState, 'step' | 'seconds_left'>> & { readonly message?: string | undefined };

/** One run on the disk: where its files are, and the writer's and the reader's ways to them. */
export class RunFolder {
  /** Absolute. */
  readonly path: string;
  readonly runFile: string;
  readonly stateFile: string;
  readonly eventsFile: string;
  readonly controlFile: string;
  /** What the worker noted: its events but the steps, and why it failed. */
  readonly logFile: string;
  /** What the process of a background run printed, also where it could not begin. */
  readonly outputFile: string;

  #events: EventWriter | undefined;
  #state: RunState | undefined;
  #lastHeartbeat = 0;
  /** Writes of state.json one after the other: the last asked for is the last written. */
  #stateWrites: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.path = path.resolve(folder);
    const file = (name: string): string => path.join(this.path, name);
    this.runFile = file('run.json');
    this.stateFile = file('state.json');
    this.eventsFile = file('events.jsonl');
    this.controlFile = file('control.json');
    this.logFile = file('log.txt');
    this.outputFile = file('output.txt');
  }

  /** Whether somebody deleted the run: its run.json, which is written once and never moved. */
  async isGone(): Promise<boolean> {
    return stat(this.runFile).then(
      () => false,
      (error: unknown) => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''),
    );
  }

  /** Makes this process the one writer; see {@link acquireLock}. */
  acquireLock(): Promise<() => Promise<void>> {
    return acquireLock(this.path, this.stateFile);
  }

  /** Paths are absolute. @throws SftError `unreadable` (exit code 2) where this is not a run folder, or run.json is damaged */
  async readRun(): Promise<Run> {
    return absoluteRunPaths(await RUN_FILE.read(this.runFile), this.path);
  }

  /** run.json, once: a second time is a bug. */
  async writeRun(run: Run): Promise<void> {
    const there = await readFile(this.runFile).then(
      () => true,
      () => false,
    );
    if (there) throw new Error(`${this.runFile} is written once`);
    await this.#replaceRun(run);
  }

  /** Says where the model of the run lies now; everything else of run.json stays. @param model absolute */
  async moveModel(model: string): Promise<void> {
    await this.#replaceRun(withModel(await this.readRun(), model));
  }

  #replaceRun(run: Run): Promise<void> {
    return writeFileAtomic(this.runFile, `${JSON.stringify(storedPaths(run, this.path), null, 2)}\n`);
  }

  /**
   * As the worker last wrote it; `readRun` of read-runs.ts also looks whether the worker still lives.
   * @throws SftError `unreadable` (exit code 2)
   */
  readState(): Promise<RunState> {
    return STATE_FILE.read(this.stateFile);
  }

  /**
   * Replaces state.json. What is not given stays as it was; pid, host and heartbeat are this process's. Message and time left belong to
   * their status and go with it; a message that is given as undefined is taken back.
   */
  writeState(change: Beat & Partial<Pick<RunState, 'status' | 'total_steps'>>): Promise<RunState> {
    this.#lastHeartbeat = Date.now();
    const written = this.#stateWrites.then(() => this.#replaceState(change));
    this.#stateWrites = written.catch(() => undefined);
    return written;
  }

  async #replaceState(change: Parameters<RunFolder['writeState']>[0]): Promise<RunState> {
    this.#state ??= await this.readState().catch(() => undefined);
    const { pid, started } = ownIdentity();
    const status = change.status ?? this.#state?.status ?? 'starting';
    const former = status === this.#state?.status ? this.#state : undefined;
    const message = 'message' in change ? change.message : former?.message;
    const left = change.seconds_left ?? former?.seconds_left;
    this.#state = {
      status,
      pid,
      pid_started: started,
      host: hostname(),
      heartbeat: new Date().toISOString(),
      step: change.step ?? this.#state?.step ?? 0,
      total_steps: change.total_steps ?? this.#state?.total_steps ?? null,
      ...(message === undefined ? {} : { message }),
      ...(left === undefined ? {} : { seconds_left: left }),
    };
    const text = `${JSON.stringify(this.#state)}\n`;
    // What only goes on is told between two computations; what begins or ends must survive a power cut.
    if (former !== undefined && change.status === undefined) replaceFile(this.stateFile, text);
    else await writeFileAtomic(this.stateFile, text);
    return this.#state;
  }

  /**
   * Says that the worker lives and how far it is; cheap enough for every step (it writes at most twice a second). What is being written is
   * on the disk afterwards: a step that takes the thread would hold it up, and those after it more and more.
   */
  async heartbeat(beat: Beat): Promise<void> {
    if (Date.now() - this.#lastHeartbeat < HEARTBEAT_EVERY) await this.#stateWrites;
    else await this.writeState(beat);
  }

  /** Adds one event to events.jsonl. Returns it with its time. */
  appendEvent(event: NewRunEvent): RunEvent {
    this.#events ??= new EventWriter(this.eventsFile);
    return this.#events.append(event);
  }

  async readEvents(): Promise<RunEvent[]> {
    return (await readEventsFrom(this.eventsFile, 0)).events;
  }

  /** All events so far, then each as it comes, until `signal` is aborted. */
  followEvents(signal: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
    return followEvents(this.eventsFile, signal);
  }

  /** What the worker is asked to do; undefined for nothing. Cheap enough for every step. */
  async readControl(): Promise<ControlCommand | undefined> {
    try {
      return (await CONTROL_FILE.read(this.controlFile)).command;
    } catch {
      // Nothing is asked, or nothing that this version understands.
      return undefined;
    }
  }

  /** Asks the worker, whichever process it is, to stop (it saves first), pause or resume. */
  async sendControl(command: ControlCommand): Promise<void> {
    await writeFileAtomic(this.controlFile, `${JSON.stringify({ command, time: new Date().toISOString() })}\n`);
  }

  /** After a request was met, and before a run is resumed. @param sentBefore ms: what was asked later stays */
  async clearControl(sentBefore = Infinity): Promise<void> {
    const sent = await stat(this.controlFile).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (sent !== undefined && sent < sentBefore) await removeFile(this.controlFile);
  }

  /** A line of log.txt. A log that cannot be written never ends a run: what must be saved fails by itself. */
  log(text: string): void {
    try {
      appendFileSync(this.logFile, `${new Date().toISOString()} ${text}\n`);
    } catch {
      return;
    }
  }

  /** Closes the event log. */
  close(): void {
    this.#events?.close();
    this.#events = undefined;
  }
}
