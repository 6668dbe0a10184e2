import { OUR_COLUMNS } from '../../dataset/columns';
import type { DatasetExample } from '../../dataset/example';
import type { ResolvedConfig } from '../../config/config-schema';
import { generalCount } from '../../config/plan';
import { SftError } from '../../base/errors';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { sequencesOf } from '../../model/batch';
import { encodeExamples, readEncoded } from '../examples/encode-dataset';
import { refuseErrors } from '../examples/refuse-unfit';
import type { EncodedDatasetExample } from '../examples/encoded-example';
import { GENERAL_FACTS } from './general-facts';
import { GENERAL_TASKS } from './general-tasks';

/** In the place of a file's name. */
const SHIPPED = 'the general questions of SFT Workbench';

/** General questions, tokenised. Every other one is kept out of training, so that what is measured was never learnt. */
export interface GeneralQuestions {
  /** What tells how much of its general knowledge a model keeps. */
  readonly measured: readonly EncodedDatasetExample[];
  /** What may be mixed into training. */
  readonly pool: readonly EncodedDatasetExample[];
  /** The file they are from; undefined of those that come with the program. */
  readonly file: { readonly file: string; readonly sha256: string } | undefined;
}

type Choice = Pick<
  ResolvedConfig,
  'retention' | 'retention_dataset' | 'retention_mix' | 'max_seq_length' | 'enable_thinking'
>;

/**
 * The general questions of a configuration; none where it neither measures nor mixes. Those that the chat template or max_seq_length
 * leave no answer of are passed over.
 * @throws SftError dataset-has-errors, unreadable-file; no-general-questions where there is nothing to mix in
 */
export async function readGeneralQuestions(
  config: Choice,
  chat: ChatTokenizer,
  signal?: AbortSignal,
): Promise<GeneralQuestions> {
  const { retention, retention_dataset: own, retention_mix: share } = config;
  if (!retention && share === 0) return { measured: [], pool: [], file: undefined };
  const { max_seq_length: maxSeqLength } = config;
  const dataset =
    own === null
      ? undefined
      : await readEncoded({ file: own, columns: OUR_COLUMNS }, chat, { maxSeqLength, signal, stopsAtErrors: true });
  if (dataset !== undefined) refuseErrors(dataset);
  const { encoded } = dataset ?? encodeExamples(SHIPPED, shippedQuestions(), chat, maxSeqLength);
  const whole = encoded.filter((one) => sequencesOf([one]).some(({ trained }) => trained.length > 0));
  const pool = share === 0 ? [] : whole.filter(({ index }) => index % 2 === 1);
  if (share > 0 && pool.length === 0) {
    throw new SftError('no-general-questions', 'there are no general questions to mix into training', {
      ...(own === null ? {} : { file: own }),
      remedy:
        own === null
          ? 'raise max_seq_length, in which none of them fits, or set retention_mix to 0'
          : 'add some: every other one is kept for measuring',
    });
  }
  return {
    measured: retention ? whole.filter(({ index }) => index % 2 === 0) : [],
    pool,
    file: dataset && { file: dataset.file, sha256: dataset.sha256 },
  };
}

/**
 * Training examples with general ones among them, evenly spread. The same array where nothing is mixed in.
 * @param pool at least one where the share is above 0
 * @param share of the whole that is general, 0 to below 1; a small pool is gone through several times
 */
export function mixIn<T>(train: readonly T[], pool: readonly T[], share: number): readonly T[] {
  const count = generalCount(train.length, share);
  if (count === 0) return train;
  const mixed: T[] = [];
  let given = 0;
  for (const [at, example] of train.entries()) {
    mixed.push(example);
    const due = Math.round(((at + 1) * count) / train.length);
    for (; given < due; given++) mixed.push(pool[given % pool.length]!);
  }
  return mixed;
}

/** The questions that come with the program, facts and tasks in turn by twos, so that both halves hold as many of each. */
function shippedQuestions(): DatasetExample[] {
  const pairs = GENERAL_FACTS.flatMap((fact, at) => {
    const task = GENERAL_TASKS[at]!;
    return at % 2 === 0 ? [fact, task] : [task, fact];
  });
  return pairs.map(([question, answer], index): DatasetExample => {
    return { index, line: index + 1, column: 1, offset: 0, endOffset: 0, value: { question, answer } };
  });
}
