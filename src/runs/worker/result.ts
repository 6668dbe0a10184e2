import { writeFolderAtomic } from '../../base/files';
import type { OpenDevice, OpenResult, RunPlace, Training } from '../../engines/engine';
import { engineOf } from '../../engines/registry';
import { copyModelFiles } from '../../export/companions';
import { askable } from '../../generate/askable';
import { openWeights, type ModelFolder } from '../../generate/session';
import { measureRetention, type Retention } from '../../train/retention/measure';
import type { RunArtifacts } from '../artifacts';
import type { RunEvaluation } from '../folder/evaluation-schema';
import { openTrained } from '../open-trained';
import { evaluateRun, type EvaluateRunOptions } from './evaluate-run';
import { lossExamples, writeLosses } from './example-losses';
import { limited, type PreparedRun } from './prepare';

/** Writes what was trained: an adapter folder, or a model folder with the base's configuration and tokenizer. */
export async function writeResult(
  { result, form }: RunArtifacts,
  training: Training,
  model: ModelFolder,
): Promise<void> {
  await writeFolderAtomic(result, async (temporary) => {
    await training.writeResult(temporary);
    if (form === 'model') await copyModelFiles(model.modelDir, temporary, model.chat.template.source);
  });
}

/** How far the losses of examples are taken. */
interface LossOptions {
  readonly signal: AbortSignal;
  readonly onLosses: (done: number, total: number) => void;
}

/** What is known of a result: null where there is no test part, and where retention is not measured. */
export interface Evaluated {
  readonly evaluation: RunEvaluation | null;
  readonly retention: Retention | null;
}

/**
 * Evaluates base and result on general questions and on the test part, from the disk, as `sft evaluate` does, where the engine of the
 * run has them computed.
 * Takes the losses of examples then.
 * @throws the signal's reason where it is aborted
 */
export async function evaluateResult(
  artifacts: RunArtifacts,
  place: RunPlace,
  { model, data }: PreparedRun,
  openDevice: () => Promise<OpenDevice>,
  options: Omit<EvaluateRunOptions, 'stemmer' | 'retention'> & LossOptions,
): Promise<Evaluated> {
  const { config } = place;
  const examples = limited(data.test, config);
  const { general } = data;
  const nothing = examples.length === 0 && general.length === 0 && lossExamples(data, config).length === 0;
  if (nothing) return { evaluation: null, retention: null };
  const { signal, onLosses: onProgress } = options;
  const result = artifacts.tuned;
  const opening = engineOf(config).openResult?.({ ...place, model, result, halt: signal });
  const opened = await (opening ?? openHere(result, model, openDevice));
  try {
    const retention = await measureRetention(opened.base, opened.tuned, general, signal);
    const all = { ...options, stemmer: false, retention };
    const evaluated = examples.length === 0 ? undefined : await evaluateRun(artifacts, config, opened, examples, all);
    await writeLosses(artifacts.lossesFile, config, opened.tuned, data, { signal, onProgress });
    return { evaluation: evaluated?.evaluation ?? null, retention };
  } finally {
    await opened.close();
  }
}

/** Base and result on the device of this process. */
async function openHere(
  result: RunArtifacts['tuned'],
  model: ModelFolder,
  openDevice: () => Promise<OpenDevice>,
): Promise<OpenResult> {
  const opened = await openDevice();
  const toFree = [
    () => {
      opened.close();
    },
  ];
  const close = (): Promise<void> => {
    for (const free of toFree.splice(0).reverse()) free();
    return Promise.resolve();
  };
  try {
    const session = openWeights(opened.device, model);
    toFree.push(() => {
      session.close();
    });
    const tuned = openTrained(session, result);
    toFree.push(() => {
      tuned.free();
    });
    return { base: askable(session.base, session.chat), tuned: askable(tuned.model, session.chat), close };
  } catch (error) {
    await close();
    throw error;
  }
}
