import { parentPort } from 'node:worker_threads';
import { formatError, SftError } from '../../base/errors';
import { createStreamingDecoder } from '../../text/streaming-decoder';
import { loadTokenizer, type TextTokenizer } from '../../text/tokenizer';

/** Asks how each token of a sequence reads. */
export interface TextsAsked {
  readonly id: number;
  readonly modelFolder: string;
  readonly tokenIds: readonly number[];
}

export type TextsAnswer =
  { readonly id: number; readonly texts: readonly string[] } | { readonly id: number; readonly problem: string };

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

/** The tokenizer read last; a model is changed seldom. */
let held: { readonly folder: string; readonly tokenizer: TextTokenizer } | undefined;

/** A character of several tokens stands at the last of them; the others are empty. */
async function textsOf({ modelFolder, tokenIds }: TextsAsked): Promise<string[]> {
  if (held?.folder !== modelFolder) held = { folder: modelFolder, tokenizer: await loadTokenizer(modelFolder) };
  const decoder = createStreamingDecoder(held.tokenizer);
  const texts = tokenIds.map((id) => decoder.push(id));
  const rest = decoder.end();
  if (rest !== '') texts.push((texts.pop() ?? '') + rest);
  return texts;
}

port.on('message', (asked: TextsAsked) => {
  textsOf(asked).then(
    (texts) => {
      port.postMessage({ id: asked.id, texts } satisfies TextsAnswer);
    },
    (error: unknown) => {
      const problem = error instanceof SftError ? formatError(error) : String(error);
      port.postMessage({ id: asked.id, problem } satisfies TextsAnswer);
    },
  );
});
