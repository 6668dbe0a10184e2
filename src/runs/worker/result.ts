import { writeFolderAtomic } from '../../base/files';
import type { OpenDevice, Training } from '../../engines/engine';
import { copyModelFiles } from '../../export/companions';
import { openWeights, type ModelFolder } from '../../generate/session';
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

/**
 * Evaluates base and result on the test part, from the disk, as `sft evaluate` does.
 * Takes the losses of examples then.
 * @returns null where there is no test part
 * @throws the signal's reason where it is aborted
 */
export async function evaluateResult(
  artifacts: RunArtifacts,
  { config }: Run,
  { model, data }: PreparedRun,
  openDevice: () => Promise<OpenDevice>,
  options: Omit<EvaluateRunOptions, 'stemmer'> & LossOptions,
): Promise<RunEvaluation | null> {
  const examples = limited(data.test, config);
  if (examples.length === 0 && lossExamples(data, config).length === 0) return null;
  const opened = await openDevice();
  try {
    const session = openWeights(opened.device, model);
    try {
      const tuned = openTrained(session, artifacts.tuned);
      const all = { ...options, stemmer: false };
      try {
        const evaluated =
          examples.length === 0 ? undefined : await evaluateRun(artifacts, config, session, tuned.model, examples, all);
        const { signal, onLosses: onProgress } = options;
        await writeLosses(artifacts.lossesFile, config, tuned.model, data, { signal, onProgress });
        return evaluated?.evaluation ?? null;
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
