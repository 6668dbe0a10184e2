import { countOf, partOf } from '../../base/count-of';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { joinedText, JOINED_REMEDY, LEFT_OUT_REMEDY } from '../../text/token-lengths';
import type { EncodedDatasetExample, RefusedExample } from '../../train/encode-dataset';
import { failure, lines, ok, setting, warning, type PreflightCheck } from './report';

const ID = 'template';
const TITLE = 'Template';

/**
 * Whether the chat template writes every example, and as it will be asked: the ids of a prompt must begin those of the trained text.
 * @param encoded the examples that it does not refuse
 */
export function checkTemplate(
  chat: ChatTokenizer,
  encoded: readonly EncodedDatasetExample[],
  refused: readonly RefusedExample[],
): PreflightCheck {
  const [first] = refused;
  if (first !== undefined) {
    const { message, remedy } = first.error;
    const what = `${first.file}:${first.line} ${message}: ${countOf(refused.length, 'example')} (lines ${lines(refused)})`;
    return failure(ID, TITLE, `${what} - ${remedy ?? 'change them, or take another model'}`);
  }
  const joined = encoded.filter((example) => example.joined !== undefined);
  if (joined.length > 0) {
    const what = `${joined[0]!.file}:${joined[0]!.line} ${joinedText(joined[0]!.joined!)}: ${countOf(joined.length, 'example')} (lines ${lines(joined)})`;
    return failure(ID, TITLE, `${what} - ${JOINED_REMEDY}`);
  }
  const dropped = encoded.filter((example) => example.droppedThoughts > 0);
  if (dropped.length > 0) return droppedThoughts(dropped, chat.asksForThoughts);
  const cut = encoded.filter((example) => example.leftOut !== undefined);
  if (cut.length > 0) {
    const what = `the chat template leaves out ${cut[0]!.leftOut!} of ${countOf(cut.length, 'example')} (lines ${lines(cut)})`;
    return warning(ID, TITLE, `${what}: the model does not see it - ${LEFT_OUT_REMEDY}`);
  }
  if (chat.untrained !== undefined) return warning(ID, TITLE, chat.untrained);
  if (chat.difference !== undefined) return warning(ID, TITLE, chat.difference.message);
  return ok(ID, TITLE, answersText(encoded));
}

function droppedThoughts(examples: readonly EncodedDatasetExample[], asked: boolean): PreflightCheck {
  const what = `the thoughts of ${countOf(examples.length, 'example')} are not trained (lines ${lines(examples)})`;
  if (!asked) {
    const remedies = [setting({ enable_thinking: true })];
    return warning(ID, TITLE, `${what}: enable_thinking is false - set it to auto or true to train them`, remedies);
  }
  return warning(
    ID,
    TITLE,
    `${what}: the chat template leaves them out - write them into the answers as <think>...</think>, or choose a model whose template writes them`,
  );
}

function answersText(encoded: readonly EncodedDatasetExample[]): string {
  const answers = encoded.reduce((sum, example) => sum + example.answers, 0);
  const trained = encoded.reduce((sum, example) => sum + example.trainedAnswers, 0);
  const learnt = answers === trained ? 'every answer is trained' : `${partOf(trained, answers, 'answer')} are trained`;
  const texts = encoded.reduce((sum, example) => sum + example.earlier.length, 0);
  const more =
    texts === 0 ? '' : `; ${texts} of them in texts of their own, as the template writes them otherwise later on`;
  return `the model is asked as it is trained; ${learnt}${more}`;
}
