import type { Tuning } from '../model/tuning';
import type { ExportSource } from './exporter';
import { exportImpossible } from './export-impossible';

/** What was trained beside the weights. @throws SftError export-impossible where there is nothing */
export function adapterOf({ tuning, card }: Pick<ExportSource, 'tuning' | 'card'>): Tuning {
  if (tuning !== undefined) return tuning;
  const reason =
    card.weights === 'base'
      ? 'the base model has no adapter'
      : 'all weights of the model were trained: there is no adapter';
  throw exportImpossible(reason, 'use --to merged');
}
