import type { ResolvedConfig } from '../../config/config-schema';
import type { Training } from '../../engines/engine';
import { QUESTIONS_AT_ONCE } from '../../generate/answer';
import type { EncodedDatasetExample } from '../../train/encode-dataset';
import type { ForecastPlan, TestPlan } from './forecast';
import { limited, type RunData } from './prepare';

/** What a run that is about to begin or to go on will do. */
export function planOf(config: ResolvedConfig, training: Training, { validation, test }: RunData): ForecastPlan {
  return {
    totalSteps: training.totalSteps,
    step: training.step,
    evalSteps: config.eval_steps,
    saveSteps: config.save_steps,
    validationTokens: limited(validation, config).reduce((sum, { ids }) => sum + ids.length, 0),
    trainedWeights: training.trainableParameters,
    test: testPlan(config, training, limited(test, config)),
  };
}

function testPlan(
  { max_new_tokens: maxNewTokens }: ResolvedConfig,
  { answerPace: pace }: Training,
  test: readonly EncodedDatasetExample[],
): TestPlan | undefined {
  if (test.length === 0) return undefined;
  const questions = test.map(({ ids, trained }) => {
    const last = trained.at(-1) ?? { from: ids.length, to: ids.length };
    return { prompt: last.from, reference: last.to - last.from };
  });
  return { questions, maxNewTokens, atOnce: QUESTIONS_AT_ONCE, pace };
}
