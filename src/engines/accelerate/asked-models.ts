import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { SftError } from '../../base/errors';
import { answerInTurns } from '../../generate/answer';
import type { AskableModel } from '../../generate/askable';
import { countTargets } from '../../model/batch';
import type { OpenResult, ResultJob } from '../engine';
import { REPLY, type GivenContinuation } from './contract';
import type { EngineFolder } from './engine-folder';
import { failureOf } from './failure';
import type { Processes } from './processes';

/** Sequences that are scored between two looks whether to go on. */
const AT_ONCE = 64;

type Given = readonly (number | GivenContinuation)[];

/** Both models of a run in one process of Python, which answers what is written to it a line at a time. */
export class AskedModels implements OpenResult {
  readonly base: AskableModel;
  readonly tuned: AskableModel;
  private waiting:
    | { readonly id: number; readonly resolve: (given: Given) => void; readonly reject: (error: unknown) => void }
    | undefined;
  private asked = 0;

  /** @param context tokens that a sequence may have */
  constructor(
    private readonly job: ResultJob,
    private readonly folder: EngineFolder,
    private readonly processes: Processes,
    private readonly context: number,
  ) {
    this.base = this.model('base');
    this.tuned = this.model('tuned');
    const { stdout, stdin } = processes.child;
    if (stdout === null || stdin === null) throw new RangeError('the process has no pipes');
    createInterface({ input: stdout }).on('line', (line) => {
      this.take(line);
    });
    // That it has ended is told where an answer is waited for.
    stdin.on('error', () => undefined);
    void processes.ended.then(() => {
      this.waiting?.reject(this.failure());
    });
    job.halt.addEventListener('abort', this.onHalt);
  }

  async close(): Promise<void> {
    this.job.halt.removeEventListener('abort', this.onHalt);
    this.processes.child.stdin?.end();
    await this.processes.kill();
  }

  private readonly onHalt = (): void => {
    this.waiting?.reject(this.job.halt.reason);
  };

  private failure(): SftError {
    const { end: ended, logStart } = this.processes;
    return failureOf(this.folder, { ended, died: undefined, logStart });
  }

  private model(name: 'base' | 'tuned'): AskableModel {
    const { chat } = this.job.model;
    return {
      score: async (sequences) => {
        const perExample: { nll: number; targets: number }[] = [];
        for (let start = 0; start < sequences.length; start += AT_ONCE) {
          const some = sequences.slice(start, start + AT_ONCE);
          const lines = some.map(({ ids, trained }) => ({
            ids: Array.from(ids),
            trained: trained.map(({ from, to }) => [from, to]),
          }));
          const given = (await this.ask({ model: name, what: 'score', sequences: lines })) as readonly number[];
          some.forEach((sequence, at) => perExample.push({ nll: given[at]!, targets: countTargets(sequence) }));
        }
        const targets = perExample.reduce((sum, one) => sum + one.targets, 0);
        return { loss: perExample.reduce((sum, one) => sum + one.nll, 0) / targets, perExample };
      },
      answer: (questions, options) =>
        answerInTurns(questions, options, async (some) => {
          const prompts = some.map((question) => {
            const ids = chat.encodeQuestion(question);
            return { ids, room: Math.max(0, Math.min(options.maxNewTokens, this.context - ids.length)) };
          });
          const given = await this.ask({ model: name, what: 'answer', prompts });
          return (given as readonly GivenContinuation[]).map(({ ids, stopped }) => ({
            answer: chat.decodeAnswer(ids),
            cut: !stopped,
          }));
        }),
    };
  }

  /** One question at a time. @throws SftError why Python ended; the reason where it is to halt */
  private async ask(request: object): Promise<Given> {
    const { job, processes } = this;
    job.halt.throwIfAborted();
    if (processes.end !== undefined) throw this.failure();
    const id = ++this.asked;
    const { stdin } = processes.child;
    const answered = new Promise<Given>((resolve, reject) => {
      this.waiting = { id, resolve, reject };
    });
    try {
      if (stdin?.write(`${JSON.stringify({ id, ...request })}\n`) === false) {
        await Promise.race([once(stdin, 'drain'), answered]);
      }
      return await answered;
    } finally {
      this.waiting = undefined;
    }
  }

  private take(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const reply = v.safeParse(REPLY, value);
    if (!reply.success) {
      const reason = 'the answer from Python cannot be read';
      const remedy = 'use the python folder that came with this version of SFT Workbench, and resume the run';
      this.waiting?.reject(new SftError('engine-contract', reason, { file: this.folder.log, remedy }));
    } else if (reply.output.id === this.waiting?.id) {
      this.waiting.resolve(reply.output.given);
    }
  }
}
