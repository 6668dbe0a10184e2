import type { DatasetExample, ExampleMessage } from '../dataset/example';
import type { Dataset } from '../dataset/read';
import { formatFinding } from '../dataset/finding';
import { SftError } from '../base/errors';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import type { TrainingExample } from './trainer';

/** A dataset example as the trainer takes it, with what evaluation shows of it. */
export interface EncodedDatasetExample extends TrainingExample {
  readonly ids: Int32Array;
  readonly file: string;
  readonly index: number;
  readonly line: number;
  readonly question: string;
  /** The system message and earlier turns, for evaluation to ask the question as training did. */
  readonly history: readonly ExampleMessage[];
  readonly reference: string;
  readonly totalTokens: number;
  readonly truncatedTokens: number;
}

const EXAMPLES_AT_ONCE = 200;

/**
 * Tokenises a dataset that is to be trained or measured on.
 * @throws SftError dataset-has-errors, answer-lost (an answer wholly cut off by max_seq_length)
 */
export async function encodeDataset(
  dataset: Dataset,
  chat: ChatTokenizer,
  maxSeqLength: number,
): Promise<EncodedDatasetExample[]> {
  refuseErrors(dataset);
  const encoded = await encodeExamples(dataset, chat, maxSeqLength);
  refuseLostAnswers(dataset.file, encoded, maxSeqLength);
  return encoded;
}

/** The valid examples of a dataset, tokenised; of an answer that does not fit nothing is trained. */
export async function encodeExamples(
  dataset: Dataset,
  chat: ChatTokenizer,
  maxSeqLength: number,
  signal?: AbortSignal,
): Promise<EncodedDatasetExample[]> {
  const encoded: EncodedDatasetExample[] = [];
  for (const example of dataset.examples) {
    encoded.push(encodeOne(dataset.file, example, chat, maxSeqLength));
    // Lets signals and heartbeats through.
    if (encoded.length % EXAMPLES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  return encoded;
}

function encodeOne(
  file: string,
  example: DatasetExample,
  chat: ChatTokenizer,
  maxSeqLength: number,
): EncodedDatasetExample {
  const { question, answer } = example.value;
  const { history = [] } = example;
  const { ids, trained, totalTokens, truncatedTokens } = atExample(file, example, () =>
    chat.encodeExample({ question, answer, history }, maxSeqLength),
  );
  return {
    ids,
    trained,
    totalTokens,
    truncatedTokens,
    file,
    index: example.index,
    line: example.line,
    place: `${file}:${example.line}`,
    question,
    history,
    reference: answer,
  };
}

/** What an example is refused for, with the place of the example. */
function atExample<T>(file: string, { line }: DatasetExample, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof SftError) || error.code !== 'token-without-embedding') throw error;
    const { remedy, exitCode, code, message, cause } = error;
    throw new SftError(code, message, { file, line, ...(remedy === undefined ? {} : { remedy }), exitCode, cause });
  }
}

function refuseErrors(dataset: Dataset): void {
  const errors = dataset.findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new SftError('dataset-has-errors', `${formatFinding(first)}${more}`, {
    remedy: `mend the data; \`sft validate ${dataset.file}\` lists everything`,
  });
}

function refuseLostAnswers(file: string, encoded: readonly EncodedDatasetExample[], maxSeqLength: number): void {
  const lost = encoded.filter((example) => example.trained.length === 0);
  const [first] = lost;
  if (first === undefined) return;
  const others = lost.slice(1, 6).map((example) => example.line);
  const more =
    others.length === 0
      ? ''
      : ` (and ${lost.length - 1} more, on lines ${others.join(', ')}${lost.length > 6 ? ', ...' : ''})`;
  throw new SftError(
    'answer-lost',
    `no token of the answer fits: the example has ${first.totalTokens} tokens, max_seq_length is ${maxSeqLength}${more}`,
    { file, line: first.line, remedy: 'raise max_seq_length, or shorten the question' },
  );
}
