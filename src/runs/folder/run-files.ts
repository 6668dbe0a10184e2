import { list, open, text } from '../../base/shapes';
import { EVALUATION_SCHEMA, EXAMPLE_LOSS_SCHEMA, PREDICTION_SCHEMA } from './evaluation-schema';
import { EXPORTS_SCHEMA } from './exports-schema';
import { RATINGS_SCHEMA } from './ratings-schema';
import { recordFormat } from './record';
import { RUN_SCHEMA } from './run-schema';
import { CONTROL_SCHEMA, STATE_SCHEMA } from './state-schema';

const NAME_A_RUN = 'name the folder of a run, such as .sft/runs/20260102-101500-faq';
const RESTORE = 'restore it from a copy or delete the run folder; if a newer version wrote it, update SFT Workbench';
const EVALUATE = '`sft evaluate RUN` creates it again';

/** run.json. The configuration has all keys: those that the run did not know are filled in. */
export const RUN_FILE = recordFormat(RUN_SCHEMA, { missing: NAME_A_RUN, damaged: RESTORE });

export const STATE_FILE = recordFormat(STATE_SCHEMA, {
  missing: NAME_A_RUN,
  damaged: 'delete it: the state is then read from the events and checkpoints',
});

export const CONTROL_FILE = recordFormat(CONTROL_SCHEMA, {
  missing: 'nothing is asked of the worker',
  damaged: 'delete it',
});

export const LABEL_FILE = recordFormat(open({ label: text }), {
  missing: 'the run has the name of its configuration',
  damaged: 'rename the run',
});

export const SWEEP_FILE = recordFormat(open({ keys: list(text) }), {
  missing: 'the run is not one of a sweep',
  damaged: 'delete it',
});

export const RATINGS_FILE = recordFormat(RATINGS_SCHEMA, {
  missing: 'rate an answer first',
  damaged: 'delete it to start rating again',
});

export const EXPORTS_FILE = recordFormat(EXPORTS_SCHEMA, {
  missing: 'export the run first',
  damaged: 'delete it: only `sft verify` reads it',
});

export const EVALUATION_FILE = recordFormat(EVALUATION_SCHEMA, { missing: EVALUATE, damaged: EVALUATE });

/** One line of predictions.jsonl. */
export const PREDICTION_LINE = recordFormat(PREDICTION_SCHEMA, { missing: EVALUATE, damaged: EVALUATE });

/** One line of losses.jsonl. */
export const LOSS_LINE = recordFormat(EXAMPLE_LOSS_SCHEMA, {
  missing: 'set loss_examples in the configuration to measure them',
  damaged: 'delete it',
});
