import * as v from 'valibot';
import { described, list, moment, open, orNull, text, type TypeOf } from '../../base/shapes';

/** exports.json: what was exported of a run, and where to. Replaced as a whole. */
export const EXPORTS_SCHEMA = v.pipe(
  open({
    exports: list(
      open({
        form: described('As in `sft export --to`.', text),
        place: described('The folder or file that was written, absolute.', text),
        weights: described('`tuned`, `best`, `step-40` or `base`.', text),
        ollama: described('Name of the model that was made in Ollama.', orNull(text)),
        created: moment,
      }),
    ),
  }),
  v.title('SFT Workbench exports'),
  v.description('exports.json in a run folder: what was exported of the run, so that it can be verified again.'),
);

export type ExportEntry = TypeOf<typeof EXPORTS_SCHEMA>['exports'][number];
