import type { DatasetExample, ExampleMessage } from '../dataset/example';
import { callText } from '../dataset/formats/tool-calls';
import { askedMessages, messagesOf } from '../dataset/messages-of';
import { modelTitle } from '../base/hub-cache';
import { formatError, SftError } from '../base/errors';
import { isHeld } from '../base/spans';
import { loadChatTokenizer, type ChatTokenizer, type QuestionAnswer } from '../text/chat-tokenizer';
import type { TrainOn } from '../text/conversation-texts';
import { createCounter, type TokenCounter } from '../text/count';
import { createStreamingDecoder } from '../text/streaming-decoder';
import { withSystemPrompt } from '../text/system-prompt';
import { tokenLength, type TokenLength } from '../text/token-lengths';
import { sourceHash } from './example-facts';
import { untrainedText } from './hint-text';
import type { TemplateRemark } from './length-findings';
import type { AnalysisSettings, TokenParts, TrainingSequence } from './protocol';

/** Characters of a token in the estimate: what English text has with the vocabularies of the Llama family. */
const CHARACTERS_PER_TOKEN = 4;

/** Entries of the cache: 50,000 examples and their edited forms fit four times. */
const CACHED = 200_000;

/** What is counted of an example. */
type Countable = Pick<DatasetExample, 'value' | 'history' | 'thoughts' | 'tools' | 'turns'>;

/** The token counts of examples under one model, each counted once. Made by openTokenCounts. */
export class TokenCounts {
  private cache = new Map<number, TokenLength>();
  private counter: TokenCounter | undefined;
  private asked: TokenCounts | undefined;

  constructor(
    private readonly chat: ChatTokenizer | undefined,
    readonly modelName: string | undefined,
    /** Why the chosen model cannot count. */
    readonly problem: string | undefined,
    private readonly settings: Pick<AnalysisSettings, 'systemPrompt' | 'trainOn'> = {},
  ) {}

  /** The counts under the same model with another system prompt before the conversations, and other answers trained. */
  under({ systemPrompt, trainOn }: Pick<AnalysisSettings, 'systemPrompt' | 'trainOn'>): TokenCounts {
    const chat = this.chat?.training(trainOn ?? 'all');
    return new TokenCounts(chat, this.modelName, this.problem, { systemPrompt, trainOn });
  }

  /** The counts where the model is asked to think, or not to. Those that are neither are counted as without. */
  thinking(enableThinking: boolean): TokenCounts {
    if (!enableThinking || this.chat === undefined) return this;
    return (this.asked ??= new TokenCounts(this.chat.thinking(true), this.modelName, this.problem, this.settings));
  }

  /** What is to be said of the model's chat template, once for a file. */
  get remarks(): readonly TemplateRemark[] {
    const { difference, untrained } = this.chat ?? {};
    return [
      ...(difference === undefined ? [] : [{ rule: 'asked-otherwise', message: difference.message }]),
      ...(untrained === undefined ? [] : [{ rule: 'untrained-tokens', message: untrained }]),
    ];
  }

  /** The counts are characters / 4. */
  get estimated(): boolean {
    return this.chat === undefined;
  }

  /** As lengthOf, where it costs nothing: counted before, or an estimate. */
  known(example: Countable, maxSeqLength: number): TokenLength | undefined {
    if (this.chat === undefined) return this.lengthOnce(example, maxSeqLength);
    // Before the first count there is no need of a key.
    if (this.cache.size === 0) return undefined;
    return this.cached(cacheKey(example), maxSeqLength);
  }

  /** As `sft count` gives it. */
  lengthOf(example: Countable, maxSeqLength: number): TokenLength {
    if (this.chat === undefined) return this.lengthOnce(example, maxSeqLength);
    const key = cacheKey(example);
    const cached = this.cached(key, maxSeqLength);
    if (cached !== undefined) return cached;
    const length = this.lengthOnce(example, maxSeqLength);
    if (this.cache.size >= CACHED) this.cache = new Map();
    // One that fits is the same under every limit that it fits.
    this.cache.set(length.truncated === 0 ? key : cutKey(key, maxSeqLength), length);
    return length;
  }

  /** As lengthOf, but nothing is kept: for files of millions of examples, each counted once. */
  lengthOnce(example: Countable, maxSeqLength: number): TokenLength {
    const asked = this.conversation(example);
    return this.chat === undefined
      ? estimate(asked, maxSeqLength, this.settings.trainOn ?? 'all')
      : tokenLength(this.chat, asked, maxSeqLength);
  }

  private cached(key: number, maxSeqLength: number): TokenLength | undefined {
    const whole = this.cache.get(key);
    if (whole !== undefined && whole.tokens <= maxSeqLength) return whole;
    return this.cache.get(cutKey(key, maxSeqLength));
  }

  /** What the tokens of an example are spent on; undefined without a model. */
  partsOf(example: Countable): TokenParts | undefined {
    if (this.chat === undefined) return undefined;
    const { tokenizer } = this.chat;
    const counter = (this.counter ??= createCounter(tokenizer));
    const conversation = this.conversation(example);
    const { tokens } = this.lengthOf(example, Number.MAX_SAFE_INTEGER);
    const count = (text: string): number => counter.count(tokenizer.literal(text), true);
    const listed = count(conversation.tools ?? '');
    const prompt = askedMessages(conversation).reduce((sum, message) => sum + count(wordsOf(message)), listed);
    const answered = count(conversation.answer);
    // At the seams of the template tokens may join: what is left is never less than nothing.
    const template = Math.max(0, tokens - prompt - answered);
    return { tokens, prompt, answer: Math.max(0, tokens - prompt - template), template };
  }

  /** Every token of an example, those beyond max_seq_length included; undefined without a model. */
  sequenceOf(example: Countable, maxSeqLength: number): TrainingSequence | undefined {
    const { chat, modelName } = this;
    if (chat === undefined || modelName === undefined) return undefined;
    const encoded = chat.encodeExample(this.conversation(example), Number.MAX_SAFE_INTEGER);
    const { ids, trained, earlier } = encoded;
    const decoder = createStreamingDecoder(chat.tokenizer);
    const texts = Array.from(ids, (id) => decoder.push(id));
    const rest = decoder.end();
    if (rest !== '') texts.push((texts.pop() ?? '') + rest);
    const tokens = Array.from(ids, (id, at) => ({
      id,
      text: texts[at] ?? '',
      trained: isHeld(trained, at) && at < maxSeqLength,
      special: chat.tokenizer.isAdded(id),
      cut: at >= maxSeqLength,
    }));
    const elsewhere =
      earlier.length === 0
        ? ''
        : 'Earlier answers are trained as separate texts, each ending after its answer, because the chat template writes them differently once another turn follows.';
    const note = [untrainedText(encoded), elsewhere].filter((line) => line !== '').join(' ');
    return { modelName, maxSeqLength, tokens, note };
  }

  /** An example as training puts it together. */
  private conversation({ value, thoughts, history = [], tools, turns }: Countable): QuestionAnswer {
    const { question, answer } = value;
    const told = (messages: readonly ExampleMessage[]): readonly ExampleMessage[] =>
      withSystemPrompt(messages, this.settings.systemPrompt);
    return { question, answer, thoughts, history: told(history), tools, turns: turns && told(turns) };
  }
}

/** Opens a model folder's tokenizer. A folder that cannot be read gives estimates and the reason. */
export async function openTokenCounts(modelFolder: string | undefined): Promise<TokenCounts> {
  if (modelFolder === undefined) return new TokenCounts(undefined, undefined, undefined);
  try {
    const chat = await loadChatTokenizer(modelFolder);
    return new TokenCounts(chat, modelTitle(modelFolder), undefined);
  } catch (error) {
    if (error instanceof SftError) return new TokenCounts(undefined, undefined, formatError(error));
    throw error;
  }
}

function estimate(conversation: QuestionAnswer, maxSeqLength: number, trainOn: TrainOn): TokenLength {
  const tokensIn = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  const messages = messagesOf(conversation);
  let tokens = tokensIn(conversation.tools ?? '');
  let trained = 0;
  let answers = 0;
  let trainedAnswers = 0;
  for (const [at, message] of messages.entries()) {
    const own = tokensIn((message.thoughts ?? '') + wordsOf(message));
    if (message.role === 'assistant') answers++;
    const isLast = at === messages.length - 1;
    if (isLast || (message.role === 'assistant' && message.train !== false && trainOn === 'all')) {
      trainedAnswers++;
      trained += Math.max(0, Math.min(own, maxSeqLength - tokens));
    }
    tokens += own;
  }
  return { tokens, trained, truncated: Math.max(0, tokens - maxSeqLength), answers, trainedAnswers };
}

/** What a message says and calls. */
function wordsOf({ content, calls = [] }: ExampleMessage): string {
  return content + calls.map(callText).join('');
}

/** The texts themselves would be held twice: 53 bits of them stand for them. */
function cacheKey({ value, thoughts, history = [], tools, turns }: Countable): number {
  const key = sourceHash(value.answer, sourceHash(value.question));
  if (history.length === 0 && thoughts === undefined && tools === undefined && turns === undefined) return key;
  return sourceHash(JSON.stringify([history, thoughts, tools, turns]), key);
}

/** The key of a length that is cut off. */
function cutKey(key: number, maxSeqLength: number): number {
  return sourceHash(String(maxSeqLength), key);
}
