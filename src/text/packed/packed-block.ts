import type { Span } from '../../base/spans';
import type { DatasetExample } from '../../dataset/example';
import type { EncodedExample, EncodedText, JoinedPrompt } from '../chat-tokenizer';
import type { RefusedTokens } from './refused-tokens';

/** What is read of an example only when it is looked at: its texts, and what is rarely known of it. */
export interface ExampleRecord extends Pick<DatasetExample, 'value' | 'history' | 'thoughts' | 'tools' | 'turns'> {
  /** The answer as a model is to write it, where that is not as it stands in `value`. */
  readonly reference?: string;
  readonly joined?: JoinedPrompt;
  readonly leftOut?: string;
}

/** Examples of a file, tokenised, in a few arrays: so they go from thread to thread and into a file, and take a tenth of the memory. */
export interface PackedBlock {
  /** Where each example's numbers begin, and where the last one's end: [examples + 1]. */
  readonly starts: Uint32Array;
  /** For each example those of PLACES, then its texts and its last answer as `writeText` and `writeSpans` write them. */
  readonly numbers: Int32Array;
  /** Of each text of each example. */
  readonly ids: Uint16Array | Int32Array;
  /** An ExampleRecord in JSON of each example, UTF-8. */
  readonly records: Uint8Array;
}

/** What is made of an example: undefined where there is no model to tokenise for. */
export type MadeExample = EncodedExample | RefusedTokens | undefined;

/** Where they stand among an example's numbers, before its texts: where its ids begin and its record begins and ends, and what is known of it. */
const PLACES = {
  line: 0,
  column: 1,
  ids: 2,
  record: 3,
  recordEnd: 4,
  flags: 5,
  total: 6,
  answers: 7,
  trained: 8,
  dropped: 9,
};
const TEXTS = 10;
type Name = keyof typeof PLACES;

const HAS_JOINED = 1;
const HAS_LEFT_OUT = 2;

/** The largest id that two bytes hold. */
const LARGEST_SHORT = 0xffff;

/**
 * Packs examples one after the other.
 * @param examples in file order
 * @param made of each
 * @param reference an answer as a model is to write it
 */
export function packBlock(
  examples: readonly DatasetExample[],
  made: readonly MadeExample[],
  reference: (example: DatasetExample, encoded: EncodedExample) => string,
): PackedBlock {
  const starts = new Uint32Array(examples.length + 1);
  const numbers: number[] = [];
  const idsOf: Int32Array[] = [];
  let idsLength = 0;
  const records: Buffer[] = [];
  let recordsLength = 0;
  for (const [at, example] of examples.entries()) {
    const { line, column, value, history, thoughts, tools, turns } = example;
    const one = made[at];
    const encoded = one === undefined || 'refused' in one ? undefined : one;
    const { joined, leftOut } = encoded ?? {};
    const known = encoded === undefined ? undefined : reference(example, encoded);
    const record: ExampleRecord = {
      value,
      ...(history === undefined ? {} : { history }),
      ...(thoughts === undefined ? {} : { thoughts }),
      ...(tools === undefined ? {} : { tools }),
      ...(turns === undefined ? {} : { turns }),
      ...(known === undefined || known === value.answer ? {} : { reference: known }),
      ...(joined === undefined ? {} : { joined }),
      ...(leftOut === undefined ? {} : { leftOut }),
    };
    const bytes = Buffer.from(JSON.stringify(record));
    const flags = (joined === undefined ? 0 : HAS_JOINED) | (leftOut === undefined ? 0 : HAS_LEFT_OUT);
    const { totalTokens = 0, answers = 0, trainedAnswers = 0, droppedThoughts = 0 } = encoded ?? {};
    // In the order of PLACES.
    numbers.push(line, column, idsLength, recordsLength, recordsLength + bytes.length, flags);
    numbers.push(totalTokens, answers, trainedAnswers, droppedThoughts);
    const texts: readonly EncodedText[] = encoded === undefined ? [] : [encoded, ...encoded.earlier];
    numbers.push(texts.length);
    for (const text of texts) {
      numbers.push(text.ids.length);
      idsOf.push(text.ids);
      idsLength += text.ids.length;
      writeSpans(numbers, text.trained);
    }
    writeSpans(numbers, encoded?.answer ?? []);
    starts[at + 1] = numbers.length;
    recordsLength += bytes.length;
    records.push(bytes);
  }
  const ids = new Int32Array(idsLength);
  let at = 0;
  for (const some of idsOf) {
    ids.set(some, at);
    at += some.length;
  }
  const short = ids.every((id) => id <= LARGEST_SHORT);
  return {
    starts,
    numbers: Int32Array.from(numbers),
    ids: short ? Uint16Array.from(ids) : ids,
    // A Buffer may be a part of a larger one, which would be sent as a whole.
    records: new Uint8Array(Buffer.concat(records)),
  };
}

function writeSpans(numbers: number[], spans: readonly Span[]): void {
  numbers.push(spans.length);
  for (const { from, to } of spans) numbers.push(from, to);
}

/** A text of a packed example. */
export interface PackedText {
  readonly ids: Uint16Array | Int32Array;
  readonly trained: readonly Span[];
}

/** Reads one example of a block: each thing where it is asked for. */
export class PackedReader {
  private readonly start: number;

  /** @param at the example's number in the block */
  constructor(
    private readonly block: Omit<PackedBlock, 'records'>,
    at: number,
  ) {
    this.start = block.starts[at]!;
  }

  number(name: Name): number {
    return this.block.numbers[this.start + PLACES[name]]!;
  }

  get hasJoined(): boolean {
    return (this.number('flags') & HAS_JOINED) !== 0;
  }

  get hasLeftOut(): boolean {
    return (this.number('flags') & HAS_LEFT_OUT) !== 0;
  }

  /** Its texts: the conversation, and further ones for earlier answers; none where it was not tokenised. */
  texts(): PackedText[] {
    return this.read().texts;
  }

  /** The first of its texts. */
  conversation(): PackedText {
    return this.read(1).texts[0]!;
  }

  /** Where its last answer is in the conversation. */
  answer(): Span[] {
    const { numbers } = this.block;
    return spansAt(numbers, this.read().end).spans;
  }

  private read(most = Infinity): { readonly texts: PackedText[]; readonly end: number } {
    const { numbers, ids } = this.block;
    let at = this.start + TEXTS;
    let from = this.number('ids');
    const count = Math.min(most, numbers[at++]!);
    const texts: PackedText[] = [];
    for (let i = 0; i < count; i++) {
      const length = numbers[at]!;
      const { spans, end } = spansAt(numbers, at + 1);
      texts.push({ ids: ids.subarray(from, from + length), trained: spans });
      from += length;
      at = end;
    }
    return { texts, end: at };
  }
}

function spansAt(numbers: Int32Array, at: number): { readonly spans: Span[]; readonly end: number } {
  const end = at + 1 + 2 * numbers[at]!;
  const spans: Span[] = [];
  for (let i = at + 1; i < end; i += 2) spans.push({ from: numbers[i]!, to: numbers[i + 1]! });
  return { spans, end };
}
