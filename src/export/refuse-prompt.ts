import { SftError } from '../base/errors';
import type { Tuning } from '../model/tuning';

/** @throws SftError export-impossible where rows before the input were trained: they are in no weight, and beside none */
export function refusePrompt({ prompt }: Tuning): void {
  if (prompt === undefined) return;
  const reason = 'a prompt stands before the input: there is nothing in the weights that it could be merged into';
  throw new SftError('export-impossible', reason, {
    remedy: 'take --to peft, and load the prompt beside its base model with PEFT or `sft serve`',
    exitCode: 2,
  });
}
