import { SftError } from '../base/errors';
import { isAsking } from '../dataset/formats/turn-use';
import { splitThoughts } from '../dataset/thoughts';
import type { ChatMessage } from './chat-template';
import type { AnswerPlace, TrainedSpan, TrainedText } from './trained-span';

/** Which answers of a conversation are trained: each, or the last alone. */
export type TrainOn = 'all' | 'last';

export interface ConversationTexts {
  /** The whole conversation, with every answer in it that stands there behind the prompt it is asked with. */
  readonly whole: TrainedText;
  /** Texts that end at an earlier answer, for those the whole conversation holds otherwise than they are asked for. Mostly none. */
  readonly earlier: readonly TrainedText[];
  /** Trained answers, in all texts. */
  readonly trainedAnswers: number;
  /** Trained answers whose thoughts the template leaves out. */
  readonly droppedThoughts: number;
}

/**
 * The texts that train the answers of a conversation. A template that writes earlier answers as it wrote them when they were the last
 * (most do) gives one text. One that does not (Qwen 3 leaves earlier thoughts out) gives further texts, each cut off behind an answer:
 * in training as in use, each answer follows the very prompt it is asked with.
 * @param messages as they are written; the last is an answer
 * @param meant the same with the thoughts that the data have
 * @param tools the functions that the model is told of
 * @throws SftError chat-template-raised, chat-template-failed, chat-template-span
 */
export function conversationTexts(
  span: TrainedSpan,
  messages: readonly ChatMessage[],
  meant: readonly ChatMessage[],
  trainOn: TrainOn,
  tools?: string,
): ConversationTexts {
  const last = messages.length - 1;
  const find = (at: number): TrainedText => span.find(messages.slice(0, at), messages[at]!, tools);
  const whole = extendable(find(last));
  const earlier: ReturnType<typeof extendable>[] = [];
  let trainedAnswers = 1;
  let dropped = leavesThoughtsOut(whole, meant[last]!) ? 1 : 0;
  for (let at = last - 1; at > 0 && trainOn === 'all'; at--) {
    const message = messages[at]!;
    if (message.role !== 'assistant' || message.train === false) continue;
    const text = isAsking(messages[at - 1]!.role) ? find(at) : optional(() => find(at));
    if (text === undefined) continue;
    const [place] = text.answers;
    const begun = text.text.slice(0, place!.end);
    const holder = [whole, ...earlier].find((other) => other.text.startsWith(begun));
    if (holder === undefined) earlier.unshift(extendable(text));
    else holder.answers.unshift(place!);
    trainedAnswers++;
    if (leavesThoughtsOut(text, meant[at]!)) dropped++;
  }
  return { whole, earlier, trainedAnswers, droppedThoughts: dropped };
}

function extendable(text: TrainedText): TrainedText & { readonly answers: AnswerPlace[] } {
  return { ...text, answers: [...text.answers] };
}

/** A template may refuse to be asked where nobody has asked: such an answer is context. */
function optional(find: () => TrainedText): TrainedText | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof SftError) return undefined;
    throw error;
  }
}

/** Whether a text holds the answer of a message without its thoughts. */
function leavesThoughtsOut({ text, answers }: TrainedText, { content, thoughts }: ChatMessage): boolean {
  const meant = (thoughts ?? splitThoughts(content)?.thoughts ?? '').trim();
  const { asked, end } = answers.at(-1)!;
  return meant !== '' && !text.slice(asked, end).includes(meant);
}

/** The messages of a conversation that is trained and asked without thoughts. */
export function withoutThoughts(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map((message) => {
    if (message.role !== 'assistant') return message;
    const { thoughts, ...said } = message;
    const parts = splitThoughts(said.content);
    if (parts !== undefined && parts.thoughts !== '') return { ...said, content: parts.answer };
    return thoughts === undefined ? message : said;
  });
}
