import { SftError } from '../../base/errors';
import type { ExportSource } from '../exporter';
import { TOKEN_TYPES } from '../../text/gguf/token-types';
import { tokenizerMetadata } from '../gguf/tokenizer-metadata';
import { exportImpossible } from '../export-impossible';

/** Architectures of which Ollama makes a GGUF by itself. */
const CONVERTED = new Set(['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Gemma3ForCausalLM']);
/** Pre-tokenizers that it finds out; of any other it takes one that cuts texts elsewhere. */
const FOUND = new Set(['llama-bpe', 'qwen2']);

/**
 * Refuses a model folder that Ollama would turn into a model with other tokens than were trained.
 * @throws SftError export-impossible
 */
export async function refuseUnconverted({ config, modelDir, chat }: ExportSource): Promise<void> {
  if (!CONVERTED.has(config.architecture))
    throw impossible(`Ollama does not convert folders of ${config.architecture}`);
  const metadata = new Map((await tokenizerMetadata(modelDir, chat, config.vocabSize)).entries);
  const kind = metadata.get('tokenizer.ggml.model')?.value;
  const pre = String(metadata.get('tokenizer.ggml.pre')?.value);
  if (kind !== 'gpt2') throw impossible('Ollama reads a SentencePiece vocabulary only from tokenizer.model');
  if (!FOUND.has(pre))
    throw impossible(`Ollama does not detect its pre-tokenizer (${pre}) and would prompt with different tokens`);
  const types = metadata.get('tokenizer.ggml.token_type')!.value as readonly number[];
  const end = types.findLastIndex((type) => type !== TOKEN_TYPES.unused);
  if (types.slice(0, end).includes(TOKEN_TYPES.unused)) throw impossible('Ollama moves tokens up where ids have gaps');
}

function impossible(reason: string): SftError {
  return exportImpossible(reason, 'use --as gguf, which describes the tokenizer');
}
