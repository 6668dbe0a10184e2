import { Worker } from 'node:worker_threads';
import { inParts } from './held-text';
import type { FromWorker, RequestName, Requests, ToWorker } from './protocol';

/** A worker that dies so often in a row is not started again. */
const MAX_RESTARTS = 3;
/** The worker is asked so often whether it still hears. Its work is cut into slices of milliseconds. */
const BEAT_MS = 10_000;
/** It is ended when it has not heard so many times in a row: a pattern or a template of a model that has no end, or a bug. */
const MOST_UNHEARD = 3;
/** Parts of a text in one message: a megabyte of text or two, which takes the editor's thread a few milliseconds. */
const PARTS_AT_ONCE = 16;

export interface ClientEvents {
  onMessage(message: Extract<FromWorker, { type: 'result' | 'failed' }>): void;
  /** The worker died and a new one runs, which knows no text: open them again. @param cause where it was ended for not answering */
  onRestart(cause: string | undefined): void;
  log(line: string): void;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((read: number, size: number) => void) | undefined;
}

/** The editor's side of the analysis worker. The worker starts with the first message. */
export class AnalysisClient {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private deaths = 0;
  private disposed = false;
  private beat: NodeJS.Timeout | undefined;
  private unheard = 0;
  /** What the worker was given last. */
  private last = '';
  /** Why the worker was ended. */
  private hung: string | undefined;
  /** Messages that wait for the parts of a long text, of which one message is sent in a turn of the event loop. */
  private readonly queue: ToWorker[] = [];
  private resting = false;

  constructor(
    private readonly script: string,
    private readonly events: ClientEvents,
    private readonly beatMs = BEAT_MS,
  ) {}

  post(message: ToWorker): void {
    if (this.start() === undefined) return;
    this.last = subjectOf(message) ?? this.last;
    this.queue.push(...inMessages(message));
    if (!this.resting) this.send();
  }

  /** @throws Error with a message for a person where the worker cannot answer, or the signal's reason */
  ask<Name extends RequestName>(
    name: Name,
    ask: Requests[Name]['ask'],
    options: { signal?: AbortSignal; onProgress?: (read: number, size: number) => void } = {},
  ): Promise<Requests[Name]['answer']> {
    if (this.start() === undefined) return Promise.reject(new Error('the analysis has stopped: reload the window'));
    const id = this.nextId++;
    const asked = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onProgress: options.onProgress });
      options.signal?.addEventListener('abort', () => {
        if (!this.waiting.delete(id)) return;
        this.post({ type: 'cancel', id });
        reject(options.signal?.reason as Error);
      });
    });
    this.post({ type: 'ask', id, name, ask });
    return asked as Promise<Requests[Name]['answer']>;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    this.queue.length = 0;
    clearInterval(this.beat);
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private send(): void {
    for (let message = this.queue.shift(); message !== undefined; message = this.queue.shift()) {
      this.worker?.postMessage(message);
      if (message.type !== 'parts') continue;
      this.resting = true;
      setImmediate(() => {
        this.resting = false;
        this.send();
      });
      return;
    }
  }

  private start(): Worker | undefined {
    if (this.worker !== undefined || this.disposed || this.deaths > MAX_RESTARTS) return this.worker;
    const worker = new Worker(this.script);
    this.worker = worker;
    worker.on('message', (message: FromWorker) => {
      this.receive(message);
    });
    worker.on('error', (error) => {
      this.events.log(error.stack ?? error.message);
    });
    worker.on('exit', (code) => {
      if (this.worker === worker) this.died(code);
    });
    this.unheard = 0;
    this.beat = setInterval(() => {
      this.look(worker);
    }, this.beatMs);
    this.beat.unref();
    return worker;
  }

  /** Asks whether the worker hears, and ends it where it does not. */
  private look(worker: Worker): void {
    if (this.unheard < MOST_UNHEARD) {
      this.unheard++;
      worker.postMessage({ type: 'ping' } satisfies ToWorker);
      return;
    }
    clearInterval(this.beat);
    const seconds = Math.round((MOST_UNHEARD * this.beatMs) / 1000);
    this.hung = `the analysis did not answer for ${seconds} s and was stopped; its last task was ${this.last}`;
    void worker.terminate();
  }

  private died(code: number): void {
    this.worker = undefined;
    this.queue.length = 0;
    clearInterval(this.beat);
    if (this.disposed) return;
    this.deaths++;
    const cause = this.hung;
    this.hung = undefined;
    this.events.log(`${cause ?? `the analysis worker exited with code ${code}`} (${this.deaths} in a row)`);
    for (const { reject } of this.waiting.values()) {
      reject(new Error(cause ?? 'the analysis stopped during a task'));
    }
    this.waiting.clear();
    if (this.deaths <= MAX_RESTARTS) this.events.onRestart(cause);
  }

  private receive(message: FromWorker): void {
    this.unheard = 0;
    if (message.type === 'pong') return;
    if (message.type === 'result' || message.type === 'failed') {
      if (message.type === 'result') this.deaths = 0;
      this.events.onMessage(message);
      return;
    }
    const waiting = this.waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.type === 'progress') {
      waiting.onProgress?.(message.read, message.size);
      return;
    }
    this.waiting.delete(message.id);
    if (message.type === 'answer') waiting.resolve(message.answer);
    else waiting.reject(new Error(message.problem.message));
    if (message.type === 'refused' && message.problem.stack !== undefined) this.events.log(message.problem.stack);
  }
}

/** What a message makes the worker work on. */
function subjectOf(message: ToWorker): string | undefined {
  if (message.type === 'open') return message.file;
  if (message.type === 'ask') return `the request ${message.name}`;
  return 'uri' in message ? message.uri : undefined;
}

/** The message, and before one that opens a long text most of that text. */
function inMessages(message: ToWorker): ToWorker[] {
  if (message.type !== 'open') return [message];
  const parts = [...inParts(message.text)];
  if (parts.length <= 1) return [message];
  const messages: ToWorker[] = [];
  const rest = parts.pop()!;
  for (let at = 0; at < parts.length; at += PARTS_AT_ONCE) {
    messages.push({ type: 'parts', uri: message.uri, parts: parts.slice(at, at + PARTS_AT_ONCE) });
  }
  return [...messages, { ...message, text: rest }];
}
