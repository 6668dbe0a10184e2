import type { ResolvedConfig } from '../../config/config-schema';
import { costText, retentionCost } from '../../text/retention';
import type { HealthFinding, HealthRemedy, RunCurves } from './finding';
import { byHand, figure, lowerLearningRate, remedy } from './remedies';
import type { Trend } from './trend';

/** From this rise of the loss on general questions on, a model answers worse what it was not trained for. */
const MUCH = 0.05;
/** Of what is mixed in, more than this takes the place of what is to be learnt. */
const MOST_MIX = 0.4;

/** Training cost much of what the model knew before. */
export function forgetting(
  { length }: Trend,
  { retention }: RunCurves,
  config: ResolvedConfig,
): HealthFinding | undefined {
  if (retention === undefined || !(retentionCost(retention) >= MUCH)) return undefined;
  const { base, tuned } = retention;
  return {
    id: 'forgetting',
    severity: 'warning',
    since: length,
    title: 'The model forgot general knowledge',
    message: `On general questions its loss went from ${figure(base)} to ${figure(tuned)} (${costText(retention)}): its answers to other questions got worse. If it only has to answer questions like yours, that may be acceptable.`,
    remedies: [lowerLearningRate(config), ...mixMore(config), byHand('Train for fewer steps')],
  };
}

function mixMore({ retention_mix: now }: ResolvedConfig): HealthRemedy[] {
  const next = now === 0 ? 0.1 : Math.min(MOST_MIX, 2 * now);
  if (next <= now) return [];
  const title =
    now === 0
      ? `Mix general questions into training: retention_mix ${next}`
      : `Raise retention_mix from ${now} to ${next}`;
  return [remedy(title, { retention_mix: next })];
}
