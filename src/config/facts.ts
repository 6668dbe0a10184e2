import type { DeviceListing } from '../compute/provider';

/** What is known about the machine and the files a configuration names. Advice that needs an absent fact is not given. */
export interface ConfigFacts {
  /** max_position_embeddings of the model's config.json. */
  readonly modelMaxPositions?: number;
  readonly modelVocab?: number;
  /** The valid examples of the whole dataset, before it is split. */
  readonly datasetExamples?: number;
  /** Those of validation_dataset and of test_dataset. */
  readonly validationExamples?: number;
  readonly testExamples?: number;
  /** All devices that are there. */
  readonly devices?: readonly DeviceListing[];
}
