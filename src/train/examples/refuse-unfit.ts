import type { Columns } from '../../dataset/columns';
import { formatFinding } from '../../dataset/finding';
import { SftError } from '../../base/errors';
import { sequencesOf } from '../../model/batch';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { joinedText, JOINED_REMEDY } from '../../text/token-lengths';
import { readEncoded, type EncodeOptions } from './encode-dataset';
import type { EncodedDataset, EncodedDatasetExample } from './encoded-example';

/** As readEncoded, of a dataset that is to be trained or measured on. @throws SftError what readEncoded and refuseUnfit throw */
export async function encodeDataset(
  source: { readonly file: string; readonly columns: Columns },
  chat: ChatTokenizer,
  options: EncodeOptions,
): Promise<EncodedDataset> {
  const dataset = await readEncoded(source, chat, { ...options, stopsAtErrors: true });
  refuseUnfit(dataset, options);
  return dataset;
}

/**
 * Refuses what cannot be trained or measured on.
 * @throws SftError dataset-has-errors; what keeps an example from being written as text or ids; asked-otherwise (examples whose answer joins
 *   with their prompt); answer-lost (answers wholly cut off by max_seq_length)
 */
export function refuseUnfit(dataset: EncodedDataset, { maxSeqLength }: Pick<EncodeOptions, 'maxSeqLength'>): void {
  refuseErrors(dataset);
  const { file, encoded, refused } = dataset;
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
}

/** @throws SftError dataset-has-errors */
export function refuseErrors(dataset: Pick<EncodedDataset, 'file' | 'findings'>): void {
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
