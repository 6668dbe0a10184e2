import type { DatasetExample, ExampleMessage, ToolUse } from '../dataset/example';
import type { Dataset } from '../dataset/read';
import { formatFinding } from '../dataset/finding';
import { splitThoughts } from '../dataset/thoughts';
import { SftError } from '../base/errors';
import { sequencesOf } from '../model/batch';
import type { ChatTokenizer, EncodedExample, EncodedText } from '../text/chat-tokenizer';
import { SharedTokens } from '../text/threads/shared-tokens';
import type { RefusedTokens } from '../text/threads/token-work';
import { joinedText, JOINED_REMEDY } from '../text/token-lengths';
import type { TrainingExample } from './trainer';

/** A dataset example as the trainer takes it, with what evaluation shows of it. */
export interface EncodedDatasetExample extends TrainingExample, EncodedExample, ToolUse {
  readonly ids: Int32Array;
  readonly file: string;
  readonly earlier: readonly EncodedText[];
  readonly index: number;
  readonly line: number;
  readonly question: string;
  /** The category, where the file tells one. */
  readonly agency: string | undefined;
  /** The system message and earlier turns, for evaluation to ask the question as training did. */
  readonly history: readonly ExampleMessage[];
  /** The answer, without the thoughts before it. */
  readonly reference: string;
}

/** A dataset that is being tokenised. */
export type Encoding = SharedTokens<'encode'>;

/**
 * Begins to tokenise the valid examples of a dataset, in other threads where there are many: this one has time for something else until
 * it waits for `encodeDataset` or `encodeExamples`.
 */
export function startEncoding(
  dataset: Dataset,
  chat: ChatTokenizer,
  maxSeqLength: number,
  signal?: AbortSignal,
): Encoding {
  return new SharedTokens('encode', dataset, chat, maxSeqLength, { signal });
}

/**
 * Tokenises a dataset that is to be trained or measured on.
 * @param encoding of this dataset, where it was begun before
 * @throws SftError dataset-has-errors; what keeps an example from being written as text or ids; asked-otherwise (examples whose answer joins
 *   with their prompt); answer-lost (answers wholly cut off by max_seq_length)
 */
export async function encodeDataset(
  dataset: Dataset,
  chat: ChatTokenizer,
  maxSeqLength: number,
  encoding?: Encoding,
): Promise<EncodedDatasetExample[]> {
  const { file } = dataset;
  refuseErrors(dataset);
  const { encoded, refused } = await encodeExamples(
    dataset,
    chat,
    encoding ?? startEncoding(dataset, chat, maxSeqLength),
  );
  const [first] = refused;
  if (first !== undefined) {
    const { file: template, message, code, remedy } = first.error;
    throw new SftError(code, `${message} [${template ?? 'chat template'}]${others(refused)}`, {
      file,
      line: first.line,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
  refuseJoined(file, encoded);
  refuseLostAnswers(file, encoded, maxSeqLength);
  return encoded;
}

/** An example that the chat template does not write. */
export interface RefusedExample {
  readonly file: string;
  readonly line: number;
  readonly error: RefusedTokens['refused'];
}

/**
 * The valid examples of a dataset, tokenised; of answers that do not fit nothing is trained.
 * @param encoding of this dataset
 */
export async function encodeExamples(
  dataset: Dataset,
  chat: ChatTokenizer,
  encoding: Encoding,
): Promise<{ encoded: EncodedDatasetExample[]; refused: RefusedExample[] }> {
  const { file, examples } = dataset;
  const encoded: EncodedDatasetExample[] = [];
  const refused: RefusedExample[] = [];
  for (const [at, made] of (await encoding.finish()).entries()) {
    const example = examples[at]!;
    if ('refused' in made) refused.push({ file, line: example.line, error: made.refused });
    else encoded.push(withPlace(file, example, made, chat));
  }
  return { encoded, refused };
}

function withPlace(
  file: string,
  { index, line, value, history = [], tools, turns }: DatasetExample,
  encoded: EncodedExample,
  chat: ChatTokenizer,
): EncodedDatasetExample {
  const { question, answer, agency } = value;
  return {
    file,
    ...encoded,
    index,
    line,
    place: `${file}:${line}`,
    question,
    agency,
    history,
    tools,
    turns,
    reference:
      turns?.at(-1)?.calls === undefined ? (splitThoughts(answer)?.answer ?? answer) : calledText(chat, encoded),
  };
}

/** An answer that calls tools, as its template writes it and the model is to. */
function calledText(chat: ChatTokenizer, { ids, answer }: EncodedExample): string {
  return chat.decodeAnswer(answer.flatMap(({ from, to }) => [...ids.subarray(from, to)]));
}

/** @throws SftError dataset-has-errors */
export function refuseErrors(dataset: Dataset): void {
  const errors = dataset.findings.filter((finding) => finding.severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new SftError('dataset-has-errors', `${formatFinding(first)}${more}`, {
    remedy: `fix the data; \`sft validate ${dataset.file}\` lists all of them`,
  });
}

function refuseJoined(file: string, encoded: readonly EncodedDatasetExample[]): void {
  const joined = encoded.filter((example) => example.joined !== undefined);
  const [first] = joined;
  if (first === undefined) return;
  throw new SftError('asked-otherwise', `${joinedText(first.joined!)}${others(joined)}`, {
    file,
    line: first.line,
    remedy: JOINED_REMEDY,
  });
}

function refuseLostAnswers(file: string, encoded: readonly EncodedDatasetExample[], maxSeqLength: number): void {
  const lost = encoded.filter((example) => sequencesOf([example]).every(({ trained }) => trained.length === 0));
  const [first] = lost;
  if (first === undefined) return;
  throw new SftError(
    'answer-lost',
    `no token of the answer fits: the example has ${first.totalTokens} tokens, max_seq_length is ${maxSeqLength}${others(lost)}`,
    { file, line: first.line, remedy: 'raise max_seq_length, or shorten the question' },
  );
}

/** ` (and 7 more, on lines 3, 5, 8, 13, 21, ...)` of examples beyond the first. */
function others(examples: readonly { readonly line: number }[]): string {
  if (examples.length < 2) return '';
  const lines = examples.slice(1, 6).map((example) => example.line);
  return ` (and ${examples.length - 1} more, on lines ${lines.join(', ')}${examples.length > 6 ? ', ...' : ''})`;
}
