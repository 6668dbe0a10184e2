import { SftError } from '../base/errors';
import type { Tuning } from '../model/tuning';
import type { ExportSource } from './exporter';

/** What was trained beside the weights. @throws SftError export-impossible where there is nothing */
export function adapterOf({ tuning, card }: Pick<ExportSource, 'tuning' | 'card'>): Tuning {
  if (tuning !== undefined) return tuning;
  const reason =
    card.weights === 'base'
      ? 'the base model has no adapter'
      : 'all weights of the model were trained: there is no adapter';
  throw new SftError('export-impossible', reason, { remedy: 'take --to merged' });
}
