import * as v from 'valibot';
import type { ResolvedConfig } from '../../config/config-schema';
import { count, described, moment, open, orNull, share, text, whole, type TypeOf } from '../../base/shapes';
import { readRunConfig } from './run-config';

/** Read as sft.config.json is: by its JSON Schema, which editors have too. */
export const RUN_CONFIG = v.pipe(
  v.record(text, v.unknown(), 'an object'),
  v.rawTransform<Record<string, unknown>, ResolvedConfig>(({ dataset, addIssue, NEVER }) => {
    const read = readRunConfig(dataset.value);
    if ('config' in read) return read.config;
    addIssue({ message: read.problem });
    return NEVER;
  }),
);

const dataFile = open({
  path: text,
  bytes: count,
  sha256: described('Of the bytes of the file: resuming on changed data is noticed.', text),
});

/** run.json: what a run was made from. Written once, when the run is created. */
export const RUN_SCHEMA = v.pipe(
  open({
    id: described('The name of the run folder.', text),
    number: described(
      'Counts the runs of an output folder: #4 is the fourth. null for a folder of its own, and in the runs of earlier versions.',
      orNull(whole(1)),
    ),
    name: described('The name of the configuration.', text),
    created: described('ISO 8601.', moment),
    config_file: described(
      'The configuration the run was started from. This and all paths are absolute, or from the run folder where both lie beside the configuration.',
      text,
    ),
    config: RUN_CONFIG,
    dataset: dataFile,
    validation_dataset: described('The file of the validation part, where it has one of its own.', orNull(dataFile)),
    test_dataset: described('The file of the test part, where it has one of its own.', orNull(dataFile)),
    retention_dataset: described('The file of general questions, where it is not the shipped one.', orNull(dataFile)),
    split: described(
      'The shares, the seed and the threshold of near-duplicates; with the dataset they determine which example is in which part.',
      open({
        train: share,
        validation: share,
        test: share,
        seed: count,
        near_duplicate_threshold: described(
          'null in the runs of earlier versions, which kept only the same questions together.',
          orNull(v.pipe(share, v.minValue(0.5, 'a number from 0.5 to 1'))),
        ),
      }),
    ),
    base_model: open({ path: text, adapter: orNull(text) }),
    versions: open({
      sft: text,
      node: text,
      platform: described('Operating system and processor, such as linux-x64.', text),
    }),
  }),
  v.title('SFT Workbench run'),
  v.description('run.json in a run folder: what the run was made from. Written once.'),
);

export type Run = TypeOf<typeof RUN_SCHEMA>;
