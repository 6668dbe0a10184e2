import { countOf, partOf } from '../../base/count-of';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { joinedText, JOINED_REMEDY, LEFT_OUT_REMEDY } from '../../text/token-lengths';
import type { EncodedDatasetExample, RefusedExample } from '../../train/examples/encoded-example';
import { failure, lines, ok, setting, warning, type PreflightCheck } from './report';

const ID = 'template';
const TITLE = 'Template';

/**
 * Whether the chat template writes every example, and as it will be asked: the ids of a prompt must begin those of the trained text. All that
 * is wrong, or that all is well.
 * @param encoded the examples that it does not refuse
 */
export function checkTemplate(
  chat: ChatTokenizer,
  encoded: readonly EncodedDatasetExample[],
  refused: readonly RefusedExample[],
): PreflightCheck[] {
  const problems = [
    ...onRefused(refused),
    ...onJoined(encoded.filter((example) => example.joined !== undefined)),
    ...onDroppedThoughts(
      encoded.filter((example) => example.droppedThoughts > 0),
      chat.asksForThoughts,
    ),
    ...onLeftOut(encoded.filter((example) => example.leftOut !== undefined)),
    ...[chat.untrained, chat.difference?.message].flatMap((message) =>
      message === undefined ? [] : [warning(ID, TITLE, message)],
    ),
  ];
  return problems.length > 0 ? problems : [ok(ID, TITLE, answersText(encoded))];
}

function* onRefused(refused: readonly RefusedExample[]): Generator<PreflightCheck> {
  const [first] = refused;
  if (first === undefined) return;
  const { message, remedy } = first.error;
  const what = `${first.file}:${first.line} ${message}: ${countOf(refused.length, 'example')} (lines ${lines(refused)})`;
  yield failure(ID, TITLE, `${what} - ${remedy ?? 'change them, or use another model'}`);
}

function* onJoined(joined: readonly EncodedDatasetExample[]): Generator<PreflightCheck> {
  const [first] = joined;
  if (first === undefined) return;
  const what = `${first.file}:${first.line} ${joinedText(first.joined!)}: ${countOf(joined.length, 'example')} (lines ${lines(joined)})`;
  yield failure(ID, TITLE, `${what} - ${JOINED_REMEDY}`);
}

function* onLeftOut(cut: readonly EncodedDatasetExample[]): Generator<PreflightCheck> {
  const [first] = cut;
  if (first === undefined) return;
  const what = `the chat template leaves out ${first.leftOut!} of ${countOf(cut.length, 'example')} (lines ${lines(cut)})`;
  yield warning(ID, TITLE, `${what}: the model does not see it - ${LEFT_OUT_REMEDY}`);
}

function* onDroppedThoughts(examples: readonly EncodedDatasetExample[], asked: boolean): Generator<PreflightCheck> {
  if (examples.length === 0) return;
  const what = `the thoughts of ${countOf(examples.length, 'example')} are not trained (lines ${lines(examples)})`;
  if (!asked) {
    const remedies = [setting({ enable_thinking: true })];
    yield warning(ID, TITLE, `${what}: enable_thinking is false - set it to auto or true to train them`, remedies);
    return;
  }
  yield warning(
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
    texts === 0 ? '' : `; ${texts} of them in separate texts, because the template writes them differently later on`;
  return `the model is prompted as it is trained; ${learnt}${more}`;
}
