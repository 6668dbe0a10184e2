import { writeFileAtomic } from '../../base/files';
import { DATA_KEYS } from '../../config/config-paths';
import type { ResolvedConfig } from '../../config/config-schema';
import { sequencesOf } from '../../model/batch';
import type { AskableModel } from '../../generate/askable';
import type { EncodedDatasetExample } from '../../train/examples/encoded-example';
import type { ExampleLoss } from '../folder/evaluation-schema';
import type { RunData } from './prepare';

/** Between two looks whether to go on. */
const AT_ONCE = 64;

type Parts = Pick<RunData, 'train' | 'validation' | 'test'>;

/** The examples of each part whose loss is taken at the end. */
export function lossExamples<T>(
  { train, validation, test }: { readonly [P in keyof Parts]: readonly T[] },
  { loss_examples: most }: Pick<ResolvedConfig, 'loss_examples'>,
): { readonly part: keyof Parts; readonly example: T }[] {
  const of = (part: keyof Parts, examples: readonly T[]): { readonly part: keyof Parts; readonly example: T }[] =>
    examples.slice(0, most ?? examples.length).map((example) => ({ part, example }));
  return [...of('train', train), ...of('validation', validation), ...of('test', test)];
}

/**
 * Takes the loss of the examples under the tuned model and writes losses.jsonl, whole or not at all.
 * @param onProgress how many are done
 * @throws the signal's reason where it is aborted
 */
export async function writeLosses(
  file: string,
  config: ResolvedConfig,
  tuned: Pick<AskableModel, 'score'>,
  parts: Parts,
  options: { readonly signal: AbortSignal; readonly onProgress: (done: number, total: number) => void },
): Promise<void> {
  const all = lossExamples(parts, config);
  if (all.length === 0) return;
  const losses: ExampleLoss[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    options.signal.throwIfAborted();
    options.onProgress(start, all.length);
    const group = all.slice(start, start + AT_ONCE);
    const { perExample } = await tuned.score(sequencesOf(group.map(({ example }) => example)));
    let at = 0;
    for (const { part, example } of group) {
      const scores = perExample.slice(at, (at += sequencesOf([example]).length));
      const nll = scores.reduce((sum, one) => sum + one.nll, 0);
      const trained = scores.reduce((sum, one) => sum + one.targets, 0);
      if (trained > 0 && Number.isFinite(nll)) losses.push({ part, ...placeOf(example, config), nll, trained });
    }
  }
  await writeFileAtomic(file, losses.map((loss) => `${JSON.stringify(loss)}\n`).join(''));
}

function placeOf(
  { file, index, line, question, reference }: EncodedDatasetExample,
  config: ResolvedConfig,
): Omit<ExampleLoss, 'part' | 'nll' | 'trained'> {
  const data = DATA_KEYS.find((key) => config[key] === file) ?? 'dataset';
  return { data, index, line, question, reference };
}
