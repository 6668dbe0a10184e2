import { momentText } from '../../base/moment-text';
import { changesOf } from '../../runs/changed-settings';
import type { RunProgress } from '../../runs/progress';
import type { RunSummary } from '../../runs/read-runs';
import { groupOf, progressText } from '../../runs/run-groups';
import { scoreText } from '../../text/rouge/headline';

/**
 * What tells a run from the others of its configuration, that first: the view is narrow. `ROUGE-L 0.85 (+0.71) · learning_rate 2e-4 · 30 Nov,
 * 15:51`; of a run that is not over how far it is.
 * @param changed what it has otherwise than the one before it, from `changesOf`
 */
export function runDescription(
  { run, state, evaluation }: RunSummary,
  changed: string,
  progress?: RunProgress,
): string {
  const group = groupOf(state.status);
  const over = group === 'done' || group === 'failed' || (state.total_steps === null && group === 'stopped');
  const gettingOn = group === 'queued' ? 'waits for its turn' : progressText(state, progress);
  const scores = evaluation === undefined ? '' : scoreText(evaluation);
  const parts = over ? [scores, changed, momentText(run.created)] : [gettingOn, changed];
  return parts.filter((part) => part !== '').join(' · ');
}

/** The same where no heading names its state: in lists to choose from. */
export function choiceDescription(summary: RunSummary, all: readonly RunSummary[]): string {
  const group = groupOf(summary.state.status);
  const description = runDescription(summary, changesOf(summary, all));
  return group === 'done' ? description : [group, description].filter((part) => part !== '').join(' · ');
}
