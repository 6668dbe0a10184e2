import type { Span } from '../../base/spans';
import type { ExampleMessage } from '../../dataset/example';
import type { JoinedPrompt } from '../../text/chat-tokenizer';
import { PackedReader, type ExampleRecord, type PackedBlock, type PackedText } from '../../text/packed/packed-block';
import { BLOCK } from '../../text/threads/token-work';
import type { EncodedDatasetExample, ExampleRows } from './encoded-example';

/** A block whose records may lie in a file. */
export interface KeptBlock extends Omit<PackedBlock, 'records'> {
  /** A record's bytes, from where in the block's records to where. */
  readonly record: (from: number, to: number) => Uint8Array;
}

/** The packed examples of a file. */
export class PackedFile implements ExampleRows {
  private readonly decoder = new TextDecoder();
  private read: { readonly index: number; readonly record: ExampleRecord } | undefined;

  /** How many examples there are, those among them that could not be tokenised. */
  readonly size: number;

  /** @param blocks in file order, all but the last of BLOCK examples */
  constructor(
    readonly file: string,
    private readonly blocks: readonly KeptBlock[],
  ) {
    this.size = blocks.reduce((sum, { starts }) => sum + starts.length - 1, 0);
  }

  reader(index: number): PackedReader {
    return new PackedReader(this.blocks[Math.floor(index / BLOCK)]!, index % BLOCK);
  }

  /** What is kept of an example's texts: the one that was looked at last is at hand. */
  record(index: number): ExampleRecord {
    if (this.read?.index === index) return this.read.record;
    const reader = this.reader(index);
    const bytes = this.blocks[Math.floor(index / BLOCK)]!.record(reader.number('record'), reader.number('recordEnd'));
    const record = JSON.parse(this.decoder.decode(bytes)) as ExampleRecord;
    this.read = { index, record };
    return record;
  }
}

/** One of them: what it has is read where it is asked for, and a spread of it holds none of that. */
export class PackedExample implements EncodedDatasetExample {
  constructor(
    private readonly from: PackedFile,
    readonly index: number,
  ) {}

  private get reader(): PackedReader {
    return this.from.reader(this.index);
  }

  private get record(): ExampleRecord {
    return this.from.record(this.index);
  }

  get file(): string {
    return this.from.file;
  }

  get line(): number {
    return this.reader.number('line');
  }

  get place(): string {
    return `${this.file}:${this.line}`;
  }

  get ids(): Uint16Array | Int32Array {
    return this.reader.conversation().ids;
  }

  get trained(): readonly Span[] {
    return this.reader.conversation().trained;
  }

  get earlier(): readonly PackedText[] {
    return this.reader.texts().slice(1);
  }

  get answer(): readonly Span[] {
    return this.reader.answer();
  }

  get totalTokens(): number {
    return this.reader.number('total');
  }

  get truncatedTokens(): number {
    return this.totalTokens - this.ids.length;
  }

  get answers(): number {
    return this.reader.number('answers');
  }

  get trainedAnswers(): number {
    return this.reader.number('trained');
  }

  get droppedThoughts(): number {
    return this.reader.number('dropped');
  }

  get joined(): JoinedPrompt | undefined {
    return this.reader.hasJoined ? this.record.joined : undefined;
  }

  get leftOut(): string | undefined {
    return this.reader.hasLeftOut ? this.record.leftOut : undefined;
  }

  get question(): string {
    return this.record.value.question;
  }

  get agency(): string | undefined {
    return this.record.value.agency;
  }

  get history(): readonly ExampleMessage[] {
    return this.record.history ?? [];
  }

  get tools(): string | undefined {
    return this.record.tools;
  }

  get turns(): readonly ExampleMessage[] | undefined {
    return this.record.turns;
  }

  get reference(): string {
    const { reference, value } = this.record;
    return reference ?? value.answer;
  }
}
