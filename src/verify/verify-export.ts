import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { countOf } from '../base/count-of';
import type { ResolvedConfig } from '../config/config-schema';
import type { ExportSource } from '../export/exporter';
import { LlamaModel } from '../model/llama';
import { chatOptions } from '../runs/chat-options';
import { exportFiles, type ExportFiles } from './export-files';
import { measure, type Measured } from './measure';
import { openExported, type Exported } from './open-exported';
import { askOthers, type OthersChoice } from './other-programs';
import { partingOf, type Parting } from './parting';
import type { TestQuestions } from './test-questions';
import { TOLERANCES } from './tolerances';
import type { Asked, Verification, VerifiedAnswer } from './verification';

/** What an export is held against. */
export interface Original {
  /** The run's weights on a device, which it was made from. */
  readonly source: ExportSource;
  readonly config: ResolvedConfig;
  readonly questions: TestQuestions;
}

export interface VerifyOptions {
  readonly maxNewTokens: number;
  /** Whether the base model is asked too, for a person to compare. */
  readonly withBase: boolean;
  readonly others: OthersChoice;
  readonly signal: AbortSignal;
  /** Told what is being done. */
  readonly onProgress: (text: string) => void;
}

/**
 * Loads an export again and asks it what the run is asked.
 * @throws SftError not-an-export, no-room, and what is wrong with the export's files; the signal's reason where it is aborted
 */
export async function verifyExport(place: string, original: Original, options: VerifyOptions): Promise<Verification> {
  const files = await exportFiles(place);
  const scratch = await mkdtemp(path.join(path.dirname(path.resolve(place)), '.sft-verify-'));
  try {
    const { run, base } = await askOriginal(original, options);
    return await askExport({ ...original, place, files, scratch, own: run, base }, options);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function askOriginal(
  { questions, source: { device, config, weights, base, tuning, chat } }: Original,
  { maxNewTokens, withBase, signal, onProgress }: VerifyOptions,
): Promise<{ run: Measured; base: Measured | undefined }> {
  const ask = async (model: LlamaModel, what: string): Promise<Measured> => {
    onProgress(`asking ${what} ${countOf(questions.list.length, 'question')}`);
    try {
      return await measure(model, questions.list, { maxNewTokens, stopTokenIds: chat.stopTokenIds, signal });
    } finally {
      model.free();
    }
  };
  const run = await ask(new LlamaModel(device, config, weights, tuning), 'the run');
  return { run, base: withBase ? await ask(new LlamaModel(device, config, base), 'the base model') : undefined };
}

interface Asking extends Original {
  readonly place: string;
  readonly files: ExportFiles;
  readonly scratch: string;
  readonly own: Measured;
  readonly base: Measured | undefined;
}

async function askExport(asking: Asking, options: VerifyOptions): Promise<Verification> {
  const { files, scratch, config, source, questions, own, base } = asking;
  const { maxNewTokens, signal, onProgress } = options;
  onProgress('loading the export again');
  const exported = await openExported(files, source, {
    chat: chatOptions(config),
    scratch,
  });
  try {
    const tolerance = TOLERANCES[exported.type];
    const differences = askedOtherwise(exported, source, questions);
    onProgress(`asking the export ${countOf(questions.list.length, 'question')}`);
    const stopTokenIds = exported.stops ?? source.chat.stopTokenIds;
    const measured = await measure(exported.model, questions.list, { maxNewTokens, stopTokenIds, signal });
    const mayDiffer = tolerance.nll * Math.max(1, own.nll);
    // Not a number is not within it either.
    if (!(Math.abs(measured.nll - own.nll) <= mayDiffer)) {
      differences.push(
        `the loss of the right answers is ${measured.nll.toFixed(5)} per token, ${own.nll.toFixed(5)} in the run: in ${exported.type} they may be ${mayDiffer.toPrecision(2)} apart`,
      );
    }
    const text = (ids: readonly number[]): string => source.chat.decodeAnswer(ids);
    const plain = ({ answers }: Measured, i: number): VerifiedAnswer => {
      const { ids, ended } = answers[i]!;
      return { text: text(ids), ended, tokens: ids.length };
    };
    const partings = await inModel(source, async (model) => {
      const found: (Parting | undefined)[] = [];
      for (const [i, { prompt }] of questions.list.entries()) {
        const pair = { own: own.answers[i]!, other: measured.answers[i]! };
        found.push(await partingOf(model, prompt, pair, source.chat.stopTokenIds));
      }
      return found;
    });
    const verified = questions.list.map(({ place, question }, i) => {
      const before = base === undefined ? {} : { base: plain(base, i) };
      const parting = partings[i];
      const answers: Partial<Record<Asked, VerifiedAnswer>> = {
        ...before,
        run: plain(own, i),
        export: { ...plain(measured, i), parting },
      };
      if (parting !== undefined && parting.gap > tolerance.gap) {
        differences.push(
          `${place}: its answer parts from the run's after ${parting.at} tokens, and goes on with one that is ${parting.gap.toFixed(3)} nats less likely (in ${exported.type} at most ${tolerance.gap})`,
        );
      }
      return { place, question, answers };
    });
    const others = await askOthers(
      { files, exported, chat: source.chat, questions: questions.list, measured },
      options,
    );
    for (const { asked, answers } of others.programs)
      answers.forEach((answer, i) => (verified[i]!.answers[asked] = answer));
    return {
      place: asking.place,
      form: files.form,
      type: exported.type,
      part: questions.part,
      nll: { ...(base === undefined ? {} : { base: base.nll }), run: own.nll, export: measured.nll },
      mayDiffer,
      questions: verified,
      differences: [...differences, ...others.differences],
      notes: others.notes,
    };
  } finally {
    exported.free();
  }
}

/** A model of what was trained, as long as it is looked at. */
async function inModel<T>(
  { device, config, weights, tuning }: ExportSource,
  look: (model: LlamaModel) => Promise<T>,
): Promise<T> {
  const model = new LlamaModel(device, config, weights, tuning);
  try {
    return await look(model);
  } finally {
    model.free();
  }
}

/** In what the tokenizer, template and stop tokens of the export are not those of the run. */
function askedOtherwise({ chat, stops }: Exported, source: ExportSource, { list }: TestQuestions): string[] {
  if (chat === undefined) return [];
  const differences = list.flatMap(({ place, messages, prompt }) => {
    const ids = chat.encodePrompt(messages);
    const same = ids.length === prompt.length && ids.every((id, i) => id === prompt[i]);
    return same ? [] : [`${place}: the export's tokens for the prompt differ from those in training`];
  });
  const lost = stops === undefined ? [] : source.chat.stopTokenIds.filter((id) => !stops.includes(id));
  if (lost.length > 0) {
    const names = lost.map((id) => source.chat.tokenizer.tokenText(id)).join(', ');
    differences.push(`an answer does not end at ${names} there`);
  }
  return differences;
}

/** What is thrown where an export is not what was trained. @param isGone whether it is not left behind */
export function notVerified({ place, differences }: Verification, isGone = false): SftError {
  return new SftError('export-differs', `it does not answer as the run does: ${differences.join('; ')}`, {
    file: place,
    remedy: `${isGone ? 'nothing was written' : 'do not use it'}: export again, and report this if it happens again`,
  });
}
