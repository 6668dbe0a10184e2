import type { Span } from '../../base/spans';
import type { DatasetFormat, ExampleMessage, ToolUse } from '../../dataset/example';
import type { Finding } from '../../dataset/finding';
import type { DatasetKind } from '../../dataset/formats/kind';
import type { Split } from '../../dataset/split/split';
import type { AnswerCounts } from '../../text/chat-tokenizer';
import type { ExampleRecord, PackedReader, PackedText } from '../../text/packed/packed-block';
import type { RefusedTokens } from '../../text/packed/refused-tokens';
import type { TrainingExample } from '../trainer';

/** A dataset example as the trainer takes it, with what evaluation shows of it. */
export interface EncodedDatasetExample extends TrainingExample, AnswerCounts, ToolUse {
  readonly file: string;
  /** 0-based, among the valid examples of the file. */
  readonly index: number;
  readonly line: number;
  /** After truncation, which keeps the start. */
  readonly ids: Uint16Array | Int32Array;
  /** Further texts, for earlier answers that the template writes otherwise once they are not the last. Mostly none. */
  readonly earlier: readonly PackedText[];
  /** The tokens of the last answer that are left; none where it was cut off. */
  readonly answer: readonly Span[];
  /** Before truncation. */
  readonly totalTokens: number;
  readonly truncatedTokens: number;
  readonly question: string;
  /** The category, where the file tells one. */
  readonly agency: string | undefined;
  /** The system message and earlier turns, for evaluation to ask the question as training did. */
  readonly history: readonly ExampleMessage[];
  /** The answer, without the thoughts before it. */
  readonly reference: string;
}

/** An example that the chat template does not write. */
export interface RefusedExample {
  readonly index: number;
  readonly file: string;
  readonly line: number;
  readonly error: RefusedTokens['refused'];
}

/** The valid examples of a file, whether they could be tokenised or not. */
export interface ExampleRows {
  readonly size: number;
  /** Of an example, by its number. */
  reader(index: number): PackedReader;
  record(index: number): ExampleRecord;
}

/** Examples that were tokenised. */
export interface EncodedExamples {
  /** All of them, as they were read. */
  readonly rows: ExampleRows;
  /** Those that could be tokenised. */
  readonly encoded: readonly EncodedDatasetExample[];
  readonly refused: readonly RefusedExample[];
}

/** A dataset that was tokenised; its valid examples are numbered in file order. */
export interface EncodedDataset extends EncodedExamples {
  readonly file: string;
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  readonly findings: readonly Finding[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** How its examples are divided, where that was asked. */
  readonly split: Split | undefined;
}
