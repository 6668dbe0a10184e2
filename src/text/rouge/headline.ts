import { countOf } from '../../base/count-of';
import { areFew } from '../../base/few-pairs';

type Bound = number | null | undefined;

/** What training came to on the test part. */
export interface Outcome {
  readonly examples: number;
  readonly base: Scored;
  readonly tuned: Scored;
  /** ROUGE-L of the tuned answers above those of the base model's; left out or null where an earlier version did not take it. */
  readonly gain?: { readonly mean: number; readonly low?: Bound; readonly high?: Bound } | null | undefined;
}

interface Scored {
  readonly loss: number;
  readonly rougeL: { readonly f1: number };
}

/** Whether the answers became better: `chance` where the difference may be that, `few` of too few answers to know, `unknown` of an earlier version's. */
type Verdict = 'better' | 'worse' | 'chance' | 'few' | 'unknown';

const WORDS: Readonly<Record<Verdict, string>> = {
  better: ': better, and more than chance explains',
  worse: ': worse, and more than chance explains',
  chance: ': the difference may be chance',
  few: ': too few to be sure',
  unknown: '',
};

const NEXT: Readonly<Record<Verdict, string>> = {
  better: 'Next: read some answers, chat with the tuned model, and export it for where you want to use it.',
  worse: 'Next: read some answers, and train again with a lower learning_rate or fewer steps.',
  chance: 'Next: read some answers. More steps, a higher learning_rate or more examples may make a difference.',
  few: 'Next: read the answers. A larger test part would tell more.',
  unknown: 'Next: read some answers, and chat with the tuned model.',
};

/** `Test loss 4.81 to 3.10, ROUGE-L 0.12 to 0.16 on 51 test questions: better, and more than chance explains.` */
export function headline(outcome: Outcome): string {
  const { examples, base, tuned } = outcome;
  const loss = `Test loss ${base.loss.toFixed(2)} to ${tuned.loss.toFixed(2)}`;
  const rouge = `ROUGE-L ${base.rougeL.f1.toFixed(2)} to ${tuned.rougeL.f1.toFixed(2)}`;
  return `${loss}, ${rouge} on ${countOf(examples, 'test question')}${WORDS[verdictOf(outcome)]}.`;
}

/** What a person may do about it, in a sentence. */
export function nextText(outcome: Outcome): string {
  return NEXT[verdictOf(outcome)];
}

/** `ROUGE-L 0.16 (+0.04)` */
export function scoreText({ base, tuned }: Outcome): string {
  const gain = Number((tuned.rougeL.f1 - base.rougeL.f1).toFixed(2));
  return `ROUGE-L ${tuned.rougeL.f1.toFixed(2)} (${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)})`;
}

function verdictOf({ examples, gain }: Outcome): Verdict {
  if (areFew(examples)) return 'few';
  if (typeof gain?.low !== 'number' || typeof gain.high !== 'number') return 'unknown';
  if (gain.low > 0) return 'better';
  return gain.high < 0 ? 'worse' : 'chance';
}
