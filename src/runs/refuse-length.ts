import { SftError } from '../base/errors';
import type { ResolvedConfig } from '../config/config-schema';
import { tooLong } from '../config/virtual-room';
import { longestText, type LlamaConfig } from '../model/llama-config';

/** What is thrown where sequences are longer than the model was made for; undefined where they are not. */
export function sequenceTooLong(config: ResolvedConfig, model: LlamaConfig): SftError | undefined {
  const long = tooLong(config, longestText(model));
  if (long === undefined) return undefined;
  const remedy = `set max_seq_length to ${long.most} or less`;
  return new SftError('sequence-too-long', long.reason, { remedy, exitCode: 2 });
}
