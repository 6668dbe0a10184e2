import type { ResolvedConfig } from '../../config/config-schema';
import type { TokenSequence } from '../../model/batch';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { SAMPLES } from '../worker/samples';
import { questionSize, type QuestionSize } from './plan';

/** Examples that the length of an answer is told from. */
const SEEN = 50;

/** Of what is asked while a run trains. An answer to a question without a reference is as long as those it is taught. */
export function sampleSizes(
  { sample_prompts: prompts }: Pick<ResolvedConfig, 'sample_prompts'>,
  chat: ChatTokenizer,
  { train, validation }: { readonly train: readonly TokenSequence[]; readonly validation: readonly TokenSequence[] },
): QuestionSize[] {
  if (prompts === null) return validation.slice(0, SAMPLES).map(questionSize);
  const seen = train.slice(0, SEEN).map((example) => questionSize(example).reference);
  const reference = Math.round(seen.reduce((sum, one) => sum + one, 0) / Math.max(1, seen.length));
  return prompts.map((question) => ({ prompt: chat.encodeQuestion({ question }).length, reference }));
}
