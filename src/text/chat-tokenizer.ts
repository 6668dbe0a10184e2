import { cutSpans, type Span } from '../base/spans';
import { loadChatTemplate, type ChatMessage, type ChatTemplate } from './chat-template';
import { readStopTokenIds } from './stop-tokens';
import { createStreamingDecoder } from './streaming-decoder';
import { withSystemPrompt } from './system-prompt';
import { loadTokenizer, type TextTokenizer } from './tokenizer';
import { TrainedSpan, type CharacterSpan } from './trained-span';

export interface QuestionAnswer {
  readonly question: string;
  readonly answer: string;
  /** What stands before the question: context, which is not trained. A system message in it takes the configured one's place. */
  readonly history?: readonly ChatMessage[];
}

export interface EncodedExample {
  /** After truncation, which keeps the start. */
  readonly ids: Int32Array;
  /** The tokens that are targets of training, after truncation; none where the whole answer was cut off. */
  readonly trained: readonly Span[];
  /** Before truncation. */
  readonly totalTokens: number;
  readonly truncatedTokens: number;
}

export interface ExampleTokens {
  readonly total: number;
  readonly trained: readonly Span[];
}

export interface ChatTokenizer {
  readonly tokenizer: TextTokenizer;
  readonly template: ChatTemplate;
  /** Lines to show once a run: which default template is used, or that answers have no end-of-turn token. */
  readonly notices: readonly string[];
  /** Ids that end an answer: the model's own, and the token the template writes after an answer. */
  readonly stopTokenIds: readonly number[];
  /** The ids of the whole conversation and which of them are trained: the answer and its end-of-turn token. */
  encodeExample(example: QuestionAnswer, maxSeqLength: number): EncodedExample;
  /** As encodeExample, without the ids and before truncation. */
  countExample(example: QuestionAnswer): ExampleTokens;
  /** Ids of the messages with the header of the assistant's turn at the end. */
  encodePrompt(messages: readonly ChatMessage[]): number[];
}

export interface ChatTokenizerOptions {
  /** Put before every conversation that does not start with a system message of its own. */
  readonly systemPrompt?: string | null | undefined;
  /** The date that templates write; one a run. */
  readonly now?: Date;
}

/** Tokenizer, template and stop tokens of a model folder. Errors: those of loadTokenizer and of the template. */
export async function loadChatTokenizer(modelDir: string, options: ChatTokenizerOptions = {}): Promise<ChatTokenizer> {
  const tokenizer = await loadTokenizer(modelDir);
  const template = await loadChatTemplate(modelDir, tokenizer, options.now);
  const span = new TrainedSpan(template, tokenizer);
  const endOfTurn = span.endOfTurnId === undefined ? [] : [span.endOfTurnId];
  const stops = await readStopTokenIds(modelDir, tokenizer);
  const withSystem = (messages: readonly ChatMessage[]): readonly ChatMessage[] =>
    withSystemPrompt(messages, options.systemPrompt);
  const spanOf = ({ question, answer, history = [] }: QuestionAnswer): CharacterSpan =>
    span.find(withSystem([...history, { role: 'user', content: question }]), answer);
  return {
    tokenizer,
    template,
    notices: [template.notice, span.notice].filter((line) => line !== undefined),
    stopTokenIds: [...new Set([...stops, ...endOfTurn])],
    encodeExample: (example, maxSeqLength) => encodeSpan(tokenizer, spanOf(example), maxSeqLength),
    countExample: (example) => tokensOfSpan(tokenizer, spanOf(example)),
    encodePrompt: (messages) =>
      tokenizer.encode(template.renderChat(withSystem(messages), { addGenerationPrompt: true })),
  };
}

function encodeSpan(tokenizer: TextTokenizer, span: CharacterSpan, maxSeqLength: number): EncodedExample {
  const all: number[] = [];
  const { total, trained } = tokensOfSpan(tokenizer, span, all);
  const length = Math.min(total, maxSeqLength);
  return {
    ids: Int32Array.from(all.slice(0, length)),
    trained: cutSpans(trained, length),
    totalTokens: total,
    truncatedTokens: total - length,
  };
}

/**
 * A token is trained when it holds a character of the span. The whole text is tokenised once, and where a token reaches across an end of
 * the span the text before that end again.
 * @param ids gets all of them
 */
function tokensOfSpan(tokenizer: TextTokenizer, span: CharacterSpan, ids?: number[]): ExampleTokens {
  const { text, start, end } = span;
  let at = 0;
  let total = 0;
  let from: number | undefined;
  let to: number | undefined;
  const look = (): void => {
    if (at === start) from ??= total;
    if (at === end) to = total;
  };
  look();
  tokenizer.visitPieces(text, (piece) => {
    if (typeof piece === 'number') {
      ids?.push(piece);
      at += tokenizer.tokenText(piece).length;
      total++;
    } else {
      const encoded = tokenizer.encodePiece(piece);
      if (ids !== undefined) for (const id of encoded) ids.push(id);
      at += piece.length;
      total += encoded.length;
    }
    look();
  });
  if (tokenizer.piecesAreText && from !== undefined && to !== undefined) return { total, trained: [{ from, to }] };
  const all = ids ?? tokenizer.encode(text);
  from = tokensBefore(tokenizer, all, text, start);
  to = end === text.length ? total : tokensUntil(tokenizer, all, span);
  return { total, trained: [{ from, to }] };
}

/**
 * How many tokens of `all` end at or before the character `at`: as many as the text before it has, unless a token
 * reaches across `at`.
 */
function tokensBefore(tokenizer: TextTokenizer, all: readonly number[], text: string, at: number): number {
  const prefix = tokenizer.encode(text.slice(0, at));
  let same = 0;
  while (same < prefix.length && prefix[same] === all[same]) same++;
  if (same === prefix.length) return same;
  // The text before `at` is cut another way on its own: go on while the tokens spell it. A token that ends within a
  // character only counts once a later one completes it.
  const wanted = tokenizer.decode(prefix);
  const decoder = createStreamingDecoder(tokenizer);
  let spelt = all.slice(0, same).reduce((done, id) => done + decoder.push(id), '');
  let before = same;
  for (let count = same; count < all.length && wanted.startsWith(spelt); count++) {
    spelt += decoder.push(all[count]!);
    if (wanted.startsWith(tokenizer.decode(all.slice(0, count + 1)))) before = count + 1;
  }
  return before;
}

/** How many tokens of `all` start before the character `at`. */
function tokensUntil(tokenizer: TextTokenizer, all: readonly number[], span: CharacterSpan): number {
  // Nothing merges across an added token: what follows the end-of-turn token is tokenised the same without what is before it.
  if (span.endOfTurnLength > 0) {
    return all.length - tokenizer.encode(span.text.slice(span.end - span.endOfTurnLength)).length + 1;
  }
  const before = tokensBefore(tokenizer, all, span.text, span.end);
  const exact = tokenizer.encode(span.text.slice(0, span.end)).length === before;
  return exact ? before : Math.min(all.length, before + 1);
}
