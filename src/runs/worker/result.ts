import { writeFolderAtomic } from '../../base/files';
import type { OpenDevice, Training } from '../../engines/engine';
import { copyModelFiles } from '../../export/companions';
import { openWeights, type ModelFolder } from '../../generate/session';
import { measureRetention, type Retention } from '../../train/retention/measure';
import type { RunArtifacts } from '../artifacts';
import type { RunEvaluation } from '../folder/evaluation-schema';
import type { Run } from '../folder/run-schema';
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
 * Evaluates base and result on general questions and on the test part, from the disk, as `sft evaluate` does.
 * Takes the losses of examples then.
 * @throws the signal's reason where it is aborted
 */
export async function evaluateResult(
  artifacts: RunArtifacts,
  { config }: Run,
  { model, data }: PreparedRun,
  openDevice: () => Promise<OpenDevice>,
  options: Omit<EvaluateRunOptions, 'stemmer' | 'retention'> & LossOptions,
): Promise<Evaluated> {
  const examples = limited(data.test, config);
  const { general } = data;
  const nothing = examples.length === 0 && general.length === 0 && lossExamples(data, config).length === 0;
  if (nothing) return { evaluation: null, retention: null };
  const opened = await openDevice();
  try {
    const session = openWeights(opened.device, model);
    try {
      const tuned = openTrained(session, artifacts.tuned);
      try {
        const { signal, onLosses: onProgress } = options;
        const retention = await measureRetention(session.base, tuned.model, general, signal);
        const all = { ...options, stemmer: false, retention };
        const evaluated =
          examples.length === 0 ? undefined : await evaluateRun(artifacts, config, session, tuned.model, examples, all);
        await writeLosses(artifacts.lossesFile, config, tuned.model, data, { signal, onProgress });
        return { evaluation: evaluated?.evaluation ?? null, retention };
      } finally {
        tuned.free();
      }
    } finally {
      session.close();
    }
  } finally {
    opened.close();
  }
}
