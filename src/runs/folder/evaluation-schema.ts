import * as v from 'valibot';
import { DATA_KEYS } from '../../config/config-paths';
import {
  count,
  described,
  flag,
  maybe,
  number,
  oneOf,
  open,
  orNull,
  share,
  text,
  whole,
  type TypeOf,
} from '../../base/shapes';

const atLeastZero = v.pipe(number, v.minValue(0, 'a number from 0'));

/** Means, and the interval that holds the true mean F1 with 95% confidence; null of few pairs. */
const rouge = open({ precision: share, recall: share, f1: share, low: v.nullable(share), high: v.nullable(share) });

const model = open({
  rouge1: rouge,
  rouge2: rouge,
  rougeL: rouge,
  rougeLsum: rouge,
  count: described('Pairs that were compared.', count),
  loss: described('Mean negative log-likelihood over the trained tokens of the part, nats.', number),
  perplexity: described('exp(loss); null where it is too large for a number.', v.nullable(number)),
  cut: described('Answers that were ended by max_new_tokens; null in the files of earlier versions.', orNull(count)),
  answer_words: described(
    'Words of an answer as ROUGE counts them, the mean; null in the files of earlier versions.',
    orNull(atLeastZero),
  ),
});

/** evaluation.json: the held-out part as base and tuned model answer it. Replaced as a whole. */
export const EVALUATION_SCHEMA = v.pipe(
  open({
    examples: count,
    stemmer: described('Whether word stems were compared.', flag),
    unicode: described(
      'Whether words of every script were compared, and not those of a-z and 0-9 alone.',
      v.optional(flag, false),
    ),
    max_new_tokens: whole(1),
    reference_words: described(
      'Words of a reference as ROUGE counts them, the mean; null in the files of earlier versions.',
      orNull(atLeastZero),
    ),
    base: model,
    tuned: model,
    gain: described(
      'ROUGE-L (F1) of the tuned answers above those of the base model to the same questions; null in the files of earlier versions.',
      orNull(
        open({
          mean: number,
          low: described(
            'Of the interval that holds the true mean with 95% confidence; null of few questions.',
            v.nullable(number),
          ),
          high: v.nullable(number),
        }),
      ),
    ),
    retention: described(
      'What training cost in general knowledge; null where it was not measured.',
      orNull(
        open({
          examples: described('General questions.', count),
          base: described(
            'Mean negative log-likelihood over the tokens of their answers before training, nats.',
            number,
          ),
          tuned: described('The same after training.', number),
        }),
      ),
    ),
  }),
  v.title('SFT Workbench evaluation'),
  v.description('evaluation.json in a run folder: how the model before and after training answers the test part.'),
);

const answer = open({
  answer: text,
  cut: described('Whether max_new_tokens ended it; null in the files of earlier versions.', orNull(flag)),
  rouge1: described('F1', share),
  rouge2: described('F1', share),
  rougeL: described('F1', share),
  nll: described('Negative log-likelihood of the reference, summed over its trained tokens, nats.', number),
  trained: described('Trained tokens of the reference.', count),
});

/** One line of predictions.jsonl. */
export const PREDICTION_SCHEMA = v.pipe(
  open({
    index: described('Of the example in the dataset, from 0.', count),
    line: described('Of the example in the dataset, from 1.', whole(1)),
    agency: maybe(described('The category of the example, where the dataset tells one.', text)),
    question: text,
    reference: described('The answer in the dataset.', text),
    base: answer,
    tuned: answer,
  }),
  v.title('SFT Workbench prediction'),
  v.description('One line of predictions.jsonl in a run folder: a test question with the answers of both models.'),
);

/** One line of losses.jsonl. */
export const EXAMPLE_LOSS_SCHEMA = v.pipe(
  open({
    part: oneOf('train', 'validation', 'test'),
    data: described('The key of the configuration that names its file.', oneOf(...DATA_KEYS)),
    index: described('Of the example in the file, from 0.', count),
    line: described('Of the example in the file, from 1.', whole(1)),
    question: text,
    reference: described('The answer in the file.', text),
    nll: described('Negative log-likelihood of what is learned of it under the tuned model, the sum, nats.', number),
    trained: described('Trained tokens.', whole(1)),
  }),
  v.title('SFT Workbench example loss'),
  v.description('One line of losses.jsonl in a run folder: how likely the tuned model finds an example of the data.'),
);

export type ExampleLoss = TypeOf<typeof EXAMPLE_LOSS_SCHEMA>;
export type RunEvaluation = TypeOf<typeof EVALUATION_SCHEMA>;
export type Prediction = TypeOf<typeof PREDICTION_SCHEMA>;
export type PredictedAnswer = Prediction['base'];
