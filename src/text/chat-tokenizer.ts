import { cutSpans, type Span } from '../base/spans';
import { askedMessages, messagesOf, type ConversationParts } from '../dataset/messages-of';
import type { ToolCall } from '../dataset/example';
import { loadChatTemplate, type ChatMessage, type ChatTemplate } from './chat-template';
import { conversationTexts, withoutThoughts, type ConversationTexts, type TrainOn } from './conversation-texts';
import { checkEmbedded } from './embedded-tokens';
import { unmarked } from './literal-marks';
import type { PromptDifference } from './prompt-difference';
import { withTexts } from './python-json';
import { tokensOfText, type TextTokens } from './span-tokens';
import { readStopTokenIds } from './stop-tokens';
import { withSystemPrompt } from './system-prompt';
import { loadTokenizer, type TextTokenizer } from './tokenizer';
import { refuseUnwrittenTools, unwritten } from './tool-support';
import { untrainedIn } from './untrained-tokens';
import { TrainedSpan, type TrainedText } from './trained-span';

/** A conversation with its last answer. A system message in it takes the configured one's place. */
export interface QuestionAnswer extends ConversationParts {
  /** The functions that the model is told of: a JSON list. */
  readonly tools?: string | undefined;
}

/** A conversation up to its last answer. */
export type AskedQuestion = Omit<QuestionAnswer, 'answer' | 'thoughts'>;

/** A text as the trainer takes it. */
export interface EncodedText {
  /** After truncation, which keeps the start. */
  readonly ids: Int32Array;
  /** The tokens that are targets of training, after truncation; none where every answer was cut off. */
  readonly trained: readonly Span[];
}

/** The ends of a prompt and of the text that is trained, up to a little beyond that place. */
export interface JoinedPrompt {
  readonly asked: string;
  readonly trained: string;
}

/** What is known of an example's answers, cut off or not. */
export interface AnswerCounts {
  /** Answers of the assistant, and those of them that are trained. */
  readonly answers: number;
  readonly trainedAnswers: number;
  /** Trained answers whose thoughts the template leaves out, or `enable_thinking` false takes away. */
  readonly droppedThoughts: number;
  /** A prompt and the text that is trained, where the tokens of the one do not begin those of the other. */
  readonly joined: JoinedPrompt | undefined;
  /** What the template does not write of a conversation with tools, where it writes the rest. */
  readonly leftOut: string | undefined;
}

export interface EncodedExample extends EncodedText, AnswerCounts {
  /** Further texts, for earlier answers that the template writes otherwise once they are not the last. Mostly none. */
  readonly earlier: readonly EncodedText[];
  /** The tokens of the last answer that are left; none where it was cut off. */
  readonly answer: readonly Span[];
  /** Before truncation. */
  readonly totalTokens: number;
  readonly truncatedTokens: number;
}

export interface ExampleTokens extends AnswerCounts {
  readonly total: number;
  /** Of the conversation, then of each further text: the trained tokens, before truncation. */
  readonly trained: readonly (readonly Span[])[];
}

export interface ChatTokenizer {
  readonly tokenizer: TextTokenizer;
  readonly template: ChatTemplate;
  /** Lines to show once a run: which default template is used, or that answers have no end-of-turn token. */
  readonly notices: readonly string[];
  /** How the template's prompts differ from the conversations it writes, where they do. */
  readonly difference: PromptDifference | undefined;
  /** What is to be said where the model was never trained on tokens of its template. */
  readonly untrained: string | undefined;
  /** The added tokens that the template writes around a question and its answer. */
  readonly templateIds: readonly number[];
  /** Ids that end an answer: the model's own, and the token the template writes after an answer. */
  readonly stopTokenIds: readonly number[];
  /** The ids of the whole conversation and which of them are trained: the answers and their end-of-turn tokens. */
  encodeExample(example: QuestionAnswer, maxSeqLength: number): EncodedExample;
  /** As encodeExample, without the ids and before truncation. */
  countExample(example: QuestionAnswer): ExampleTokens;
  /**
   * Ids of the messages with the header of the assistant's turn at the end.
   * @param tools the functions that the model is told of: a JSON list
   */
  encodePrompt(messages: readonly ChatMessage[], tools?: string): number[];
  /** Ids that the answer of a conversation is asked with. */
  encodeQuestion(asked: AskedQuestion): number[];
  /** The text of that prompt, special tokens written out. */
  promptText(messages: readonly ChatMessage[], tools?: string): string;
  /** What an answer's ids say, without special tokens, and without the thoughts before it where it was asked with thoughts. */
  decodeAnswer(ids: readonly number[]): string;
  /** Whether the model is asked with thoughts. */
  readonly asksForThoughts: boolean;
  /** By which loadChatTokenizer makes the same in another thread, but for notices. */
  readonly recipe: ChatRecipe;
  /** The same model, asked with thoughts or without. */
  thinking(enableThinking: boolean): ChatTokenizer;
  /** The same model with other answers trained. */
  training(trainOn: TrainOn): ChatTokenizer;
}

export interface ChatTokenizerOptions {
  /** Put before every conversation that does not start with a system message of its own. */
  readonly systemPrompt?: string | null | undefined;
  /** Which answers are trained; all unless given. */
  readonly trainOn?: TrainOn | undefined;
  /** Whether the model is asked with thoughts; without them unless given. */
  readonly enableThinking?: boolean | undefined;
  /** Rows of the model's table of token embeddings, where ids without one are to be refused. */
  readonly embeddings?: number;
  /** Whether training changes the row of a token of the template; none unless given. */
  readonly trainsRows?: ((id: number, token: string) => boolean) | undefined;
  /** The date that templates write; one a run. */
  readonly now?: Date;
}

/** What a tokenizer was made from, as far as it can be sent to another thread. */
export interface ChatRecipe {
  readonly modelDir: string;
  /** Without `trainsRows`, a function on which only notices depend. */
  readonly options: ChatTokenizerOptions;
}

/** Tokenizer, template and stop tokens of a model folder. Errors: those of loadTokenizer and of the template. */
export async function loadChatTokenizer(modelDir: string, given: ChatTokenizerOptions = {}): Promise<ChatTokenizer> {
  const options = { ...given, now: given.now ?? new Date() };
  const tokenizer = await loadTokenizer(modelDir);
  const template = await loadChatTemplate(modelDir, tokenizer, options.now);
  const stops = await readStopTokenIds(modelDir, tokenizer);
  const templateIds = tokensOfTemplate(template, tokenizer);
  const never = await untrainedIn(modelDir, tokenizer, templateIds);
  return new TemplateTokenizer({ modelDir, tokenizer, template, templateIds, stops, never }, options);
}

/** The added tokens that a template writes around a question and its answer. */
function tokensOfTemplate(template: ChatTemplate, tokenizer: TextTokenizer): number[] {
  const question: ChatMessage = { role: 'user', content: 'question' };
  const texts = [
    template.renderChat([question], { addGenerationPrompt: true }),
    template.renderChat([question, { role: 'assistant', content: 'answer' }], { addGenerationPrompt: false }),
  ];
  return [...new Set(texts.flatMap((text) => tokenizer.encode(text)))].filter((id) => tokenizer.isAdded(id));
}

/** Characters of a prompt's end that are shown. */
const SHOWN = 40;

interface TokenizerFolder {
  readonly modelDir: string;
  readonly tokenizer: TextTokenizer;
  readonly template: ChatTemplate;
  /** The model's own stop tokens. */
  readonly stops: readonly number[];
  /** Tokens of the template, and those of them that the model was never trained on. */
  readonly templateIds: readonly number[];
  readonly never: readonly number[];
}

class TemplateTokenizer implements ChatTokenizer {
  readonly tokenizer: TextTokenizer;
  readonly template: ChatTemplate;
  readonly notices: readonly string[];
  readonly difference: PromptDifference | undefined;
  readonly untrained: string | undefined;
  readonly templateIds: readonly number[];
  readonly stopTokenIds: readonly number[];
  private readonly span: TrainedSpan;

  constructor(
    private readonly folder: TokenizerFolder,
    private readonly options: ChatTokenizerOptions,
  ) {
    const { tokenizer, template, stops } = folder;
    this.tokenizer = tokenizer;
    this.template = template;
    this.span = new TrainedSpan(template, tokenizer, this.asksForThoughts);
    const { endOfTurnId, notice, difference } = this.span;
    this.difference = difference;
    this.templateIds = folder.templateIds;
    this.untrained = this.untrainedText();
    this.notices = [template.notice, notice, difference?.message, this.untrained].filter((line) => line !== undefined);
    this.stopTokenIds = [...new Set([...stops, ...(endOfTurnId === undefined ? [] : [endOfTurnId])])];
  }

  private untrainedText(): string | undefined {
    const { never, tokenizer, template } = this.folder;
    const { trainsRows = () => false } = this.options;
    const left = never.filter((id) => !trainsRows(id, tokenizer.tokenText(id)));
    if (left.length === 0) return undefined;
    const names = left.map((id) => tokenizer.tokenText(id));
    return untrainedText(names, template.notice !== undefined);
  }

  get recipe(): ChatRecipe {
    return { modelDir: this.folder.modelDir, options: { ...this.options, trainsRows: undefined } };
  }

  get asksForThoughts(): boolean {
    return this.options.enableThinking === true;
  }

  thinking(enableThinking: boolean): ChatTokenizer {
    if (enableThinking === this.asksForThoughts) return this;
    return new TemplateTokenizer(this.folder, { ...this.options, enableThinking });
  }

  training(trainOn: TrainOn): ChatTokenizer {
    return new TemplateTokenizer(this.folder, { ...this.options, trainOn });
  }

  encodeExample(example: QuestionAnswer, maxSeqLength: number): EncodedExample {
    const { texts, about } = this.textsOf(example);
    const [whole, ...earlier] = [texts.whole, ...texts.earlier].map((text) => {
      const ids: number[] = [];
      const tokens = tokensOfText(this.tokenizer, text, ids);
      const kept = new Int32Array(ids.length > maxSeqLength ? ids.slice(0, maxSeqLength) : ids);
      this.check(kept);
      return { text, tokens, encoded: { ids: kept, trained: cutSpans(tokens.trained, kept.length) } };
    });
    const { tokens, encoded } = whole!;
    return {
      ...encoded,
      earlier: earlier.map((other) => other.encoded),
      answer: cutSpans(tokens.trained.slice(-1), encoded.ids.length),
      totalTokens: tokens.total,
      truncatedTokens: tokens.total - encoded.ids.length,
      ...countsOf(texts, about, [tokens, ...earlier.map((other) => other.tokens)]),
    };
  }

  countExample(example: QuestionAnswer): ExampleTokens {
    const { texts, about } = this.textsOf(example);
    const tokens = [texts.whole, ...texts.earlier].map((text) => tokensOfText(this.tokenizer, text));
    const trained = tokens.map((one) => one.trained);
    return { total: tokens[0]!.total, trained, ...countsOf(texts, about, tokens) };
  }

  encodePrompt(messages: readonly ChatMessage[], tools?: string): number[] {
    const ids = this.tokenizer.encode(this.markedPrompt(messages, tools), true);
    this.check(ids);
    return ids;
  }

  encodeQuestion(asked: AskedQuestion): number[] {
    return this.encodePrompt(askedMessages(asked), asked.tools);
  }

  promptText(messages: readonly ChatMessage[], tools?: string): string {
    return unmarked(this.markedPrompt(messages, tools));
  }

  private markedPrompt(messages: readonly ChatMessage[], tools?: string): string {
    refuseUnwrittenTools(this.template, messages);
    return this.span.prompt(this.asWritten(this.literal(messages)), this.literalJson(tools));
  }

  private check(ids: Iterable<number>): void {
    const { embeddings } = this.options;
    if (embeddings !== undefined) checkEmbedded(ids, this.tokenizer, { embeddings, modelDir: this.folder.modelDir });
  }

  decodeAnswer(ids: readonly number[]): string {
    const text = this.tokenizer.decode(ids, { skipSpecialTokens: true });
    const end = this.asksForThoughts || this.span.opensThoughts ? text.lastIndexOf(THOUGHTS_END) : -1;
    return (end === -1 ? text : text.slice(end + THOUGHTS_END.length)).trim();
  }

  private textsOf(example: QuestionAnswer): {
    texts: ConversationTexts;
    about: Pick<AnswerCounts, 'answers' | 'leftOut'>;
  } {
    const { template } = this;
    const messages = messagesOf(example);
    refuseUnwrittenTools(template, messages);
    const meant = this.literal(messages);
    const tools = this.literalJson(example.tools);
    const texts = conversationTexts(this.span, this.asWritten(meant), meant, this.options.trainOn ?? 'all', tools);
    const answers = messages.filter(({ role }) => role === 'assistant').length;
    const written = [texts.whole, ...texts.earlier].map(({ text }) => text);
    return { texts, about: { answers, leftOut: unwritten(template, meant, tools, written) } };
  }

  private asWritten(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    return this.asksForThoughts ? messages : withoutThoughts(messages);
  }

  /** The conversation with its system prompt, special tokens in it marked as text. */
  private literal(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    const { tokenizer } = this;
    return withSystemPrompt(messages, this.options.systemPrompt).map((message) => {
      const { content, thoughts, calls, name } = message;
      return {
        ...message,
        content: tokenizer.literal(content),
        ...(thoughts === undefined ? {} : { thoughts: tokenizer.literal(thoughts) }),
        ...(calls === undefined ? {} : { calls: calls.map((call) => this.literalCall(call)) }),
        ...(name === undefined ? {} : { name: tokenizer.literal(name) }),
      };
    });
  }

  private literalCall(call: ToolCall): ToolCall {
    return { ...call, name: this.tokenizer.literal(call.name), arguments: this.literalJson(call.arguments)! };
  }

  private literalJson(json: string | undefined): string | undefined {
    return json === undefined ? undefined : withTexts(json, (text) => this.tokenizer.literal(text));
  }
}

function untrainedText(tokens: readonly string[], isPlain: boolean): string {
  const other = isPlain ? '' : ', delete its chat template (a plain one is used then)';
  return `the model was never trained on ${tokens.join(', ')} of its chat template: their token embeddings are nearly zero or all alike, and LoRA does not train them - set trainable_tokens to "template", which trains these rows too, or use the instruct version of the model${other}`;
}

const THOUGHTS_END = '</think>';

function countsOf(
  { whole, earlier, trainedAnswers, droppedThoughts }: ConversationTexts,
  about: Pick<AnswerCounts, 'answers' | 'leftOut'>,
  tokens: readonly TextTokens[],
): AnswerCounts {
  const at = tokens.findIndex(({ joined }) => joined !== undefined);
  const text: TrainedText | undefined = [whole, ...earlier][at];
  const asked = tokens[at]?.joined?.asked;
  if (text === undefined || asked === undefined)
    return { ...about, trainedAnswers, droppedThoughts, joined: undefined };
  const from = Math.max(0, asked - SHOWN);
  const joined = {
    asked: unmarked(text.text.slice(from, asked)),
    trained: unmarked(text.text.slice(from, asked + SHOWN / 2)),
  };
  return { ...about, trainedAnswers, droppedThoughts, joined };
}
