import { foldEvents } from '../curves';
import type { Prediction, RunEvaluation } from '../folder/evaluation-schema';
import type { RunStatus } from '../folder/state-schema';
import { questionsKey } from '../questions-key';
import { bestText, rankText, type Ranked } from '../../text/rouge/alike';
import { readMember, type Member } from './members';

/** How a run of a sweep ended. */
export interface MemberResult {
  readonly label: string;
  /** Absolute. */
  readonly run: string;
  readonly status: RunStatus;
  /** The lowest validation loss; null where none was measured. */
  readonly validation: number | null;
  readonly evaluation: RunEvaluation | null;
  /** Tells which questions were asked; null without an evaluation. */
  readonly questions: string | null;
}

/** @throws SftError where the files of a run cannot be read */
export async function readResult(member: Member): Promise<MemberResult> {
  const { folder, state, artifacts } = await readMember(member);
  const done = state.status === 'done';
  const evaluation = done ? await artifacts.readEvaluation().catch(() => undefined) : undefined;
  const predictions: readonly Prediction[] = evaluation === undefined ? [] : await artifacts.readPredictions();
  const losses = foldEvents(await folder.readEvents().catch(() => [])).evaluations.map(({ loss }) => loss);
  return {
    label: member.label,
    run: folder.path,
    status: state.status,
    validation: losses.length === 0 ? null : Math.min(...losses),
    evaluation: evaluation ?? null,
    questions: evaluation === undefined ? null : questionsKey(predictions),
  };
}

/** The results that have scores, as comparisons of scores take them. */
export function rankedOf(results: readonly MemberResult[]): Ranked[] {
  return results.flatMap(({ label, evaluation, questions }) => {
    if (evaluation === null || questions === null) return [];
    const { examples, max_new_tokens, stemmer, unicode, tuned } = evaluation;
    return [{ name: label, questions, examples, max_new_tokens, stemmer, unicode, rougeL: tuned.rougeL }];
  });
}

/** What the results say together: which is best and whether that is sure, or why nothing is ranked. */
export function verdict(results: readonly MemberResult[]): string[] {
  const ranked = rankedOf(results);
  return [rankText(ranked), bestText(ranked)].filter((text) => text !== '');
}
