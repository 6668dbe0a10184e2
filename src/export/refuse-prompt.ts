import type { Tuning } from '../model/tuning';
import { exportImpossible } from './export-impossible';

/** @throws SftError export-impossible where rows before the input were trained: they are in no weight, and beside none */
export function refusePrompt({ prompt }: Tuning): void {
  if (prompt === undefined) return;
  const reason = 'a prompt comes before the input: it cannot be merged into the weights';
  throw exportImpossible(reason, 'use --to peft, and load the prompt with its base model in PEFT or `sft serve`');
}
