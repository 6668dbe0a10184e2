import { Worker } from 'node:worker_threads';
import type { TextsAnswer, TextsAsked } from './preview-worker';

interface Waiting {
  readonly resolve: (texts: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

/** How tokens read under a model's tokenizer. The worker starts with the first question. */
export class TokenTexts {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** @param script dist/preview-worker.js */
  constructor(private readonly script: string) {}

  /** @returns a text for each id, which joined are the whole. @throws Error where the tokenizer cannot be read */
  of(modelFolder: string, tokenIds: readonly number[]): Promise<readonly string[]> {
    const id = this.nextId++;
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, modelFolder, tokenIds } satisfies TextsAsked);
    });
  }

  async dispose(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.script);
    worker.on('message', (answer: TextsAnswer) => {
      const waiting = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ('texts' in answer) waiting?.resolve(answer.texts);
      else waiting?.reject(new Error(answer.problem));
    });
    const fail = (error: Error): void => {
      this.worker = undefined;
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', (code) => {
      fail(new Error(`the preview worker ended with code ${code}`));
    });
    return worker;
  }
}
