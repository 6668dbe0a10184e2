import type { Tuning } from '../model/tuning';
import { exportImpossible } from './export-impossible';

/** @throws SftError export-impossible where rows before the input were trained: they are in no weight, and beside none */
export function refusePrompt({ prompt }: Tuning): void {
  if (prompt === undefined) return;
  const reason = 'a prompt stands before the input: there is nothing in the weights that it could be merged into';
  throw exportImpossible(reason, 'take --to peft, and load the prompt beside its base model with PEFT or `sft serve`');
}
