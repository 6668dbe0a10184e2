import { partOf } from '../../base/count-of';
import type { ConfigChanges } from '../../config/change-config';
import type { ResolvedConfig } from '../../config/config-schema';
import { sequencesOf } from '../../model/batch';
import { cutParts } from '../../train/cut-parts';
import type { TokenisedParts } from '../../train/estimate';
import { durationText } from '../progress';
import type { RunForecast } from './forecast-run';

/** A change of the configuration that makes a run shorter. */
export interface Shortening {
  readonly changes: ConfigChanges;
  readonly seconds: number;
  /** `9 min in place of 18 min, cuts 3 examples`. */
  readonly effect: string;
}

/** Told of another configuration and its data. */
export type Foretell = (config: ResolvedConfig, parts: TokenisedParts) => RunForecast;

/** A remedy that saves less than this share, or these seconds, is none. */
const WORTH_IT = 0.2;
const LEAST_SECONDS = 30;
/** Cutting more of the examples than this harms what is learnt. */
const MOST_CUT = 0.1;
/** As few test questions as still tell something. */
const QUESTIONS = 40;
const LIMITS = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576];

/** What would make a run shorter, each told by what it would take then, those that cost least first. */
export function shorterRuns(
  config: ResolvedConfig,
  parts: TokenisedParts,
  now: RunForecast,
  foretell: Foretell,
): Shortening[] {
  const candidates = [
    shorterExamples(config, parts, now, foretell),
    fewerQuestions(config, parts, foretell),
    fewerEpochs(config, parts, foretell),
  ];
  return candidates
    .filter((one) => one !== undefined)
    .filter(({ seconds }) => now.seconds - seconds >= Math.max(LEAST_SECONDS, WORTH_IT * now.seconds))
    .map(({ changes, seconds, cost }) => {
      const more = cost === undefined ? '' : `, ${cost}`;
      return { changes, seconds, effect: `${durationText(seconds)} instead of ${durationText(now.seconds)}${more}` };
    });
}

interface Candidate {
  readonly changes: ConfigChanges;
  readonly seconds: number;
  readonly cost?: string;
}

/** The longest limit that halves the time, or else the shortest that cuts few examples. */
function shorterExamples(
  config: ResolvedConfig,
  parts: TokenisedParts,
  now: RunForecast,
  foretell: Foretell,
): Candidate | undefined {
  const all = [...parts.train, ...parts.validation, ...parts.test];
  let best: Candidate | undefined;
  for (const limit of LIMITS.toReversed()) {
    if (limit >= config.max_seq_length) continue;
    const cut = all.filter((one) => sequencesOf([one]).some(({ ids }) => ids.length > limit)).length;
    if (cut === 0) continue;
    if (cut > MOST_CUT * all.length) break;
    const shorter = cutParts(parts, limit);
    // An answer of which nothing is left cannot be trained.
    const lost = [shorter.train, shorter.validation, shorter.test].some((part) =>
      part.some((one) => sequencesOf([one]).every(({ trained }) => trained.length === 0)),
    );
    if (lost) break;
    const { seconds } = foretell({ ...config, max_seq_length: limit }, shorter);
    best = {
      changes: { max_seq_length: limit },
      seconds,
      cost: `cuts off ${cut} ${cut === 1 ? 'example' : 'examples'}`,
    };
    if (seconds <= now.seconds / 2) break;
  }
  return best;
}

function fewerQuestions(config: ResolvedConfig, parts: TokenisedParts, foretell: Foretell): Candidate | undefined {
  const asked = Math.min(config.eval_examples ?? Infinity, parts.test.length);
  if (asked <= QUESTIONS) return undefined;
  const changes = { eval_examples: QUESTIONS };
  const { seconds } = foretell({ ...config, ...changes }, parts);
  return { changes, seconds, cost: `scores from ${partOf(QUESTIONS, parts.test.length, 'test question')}` };
}

function fewerEpochs(config: ResolvedConfig, parts: TokenisedParts, foretell: Foretell): Candidate | undefined {
  const { max_steps: steps, num_train_epochs: epochs } = config;
  if (steps !== null || epochs <= 1) return undefined;
  const changes = { num_train_epochs: Math.max(1, Math.floor(epochs / 2)) };
  const { seconds } = foretell({ ...config, ...changes }, parts);
  return { changes, seconds };
}
