import * as v from 'valibot';
import { count, described, list, open, whole, type TypeOf } from '../../base/shapes';

/** ratings.json: what a person thinks of the tuned model's answers. Replaced as a whole. */
export const RATINGS_SCHEMA = v.pipe(
  open({
    ratings: list(
      open({
        index: described('Of the example, as in predictions.jsonl.', count),
        rating: described('From 1, completely wrong, to 5, perfect.', whole(1, 5)),
      }),
    ),
  }),
  v.title('SFT Workbench ratings'),
  v.description("ratings.json in a run folder: a person's ratings of the tuned model's answers."),
);

export type Rating = TypeOf<typeof RATINGS_SCHEMA>['ratings'][number];
