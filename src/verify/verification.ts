import type { WeightType } from './tolerances';
import type { Parting } from './parting';

/** Who was asked. */
export type Asked = 'base' | 'run' | 'export' | 'llama.cpp' | 'Ollama';

/** An answer, beside the one that it is compared with. */
export interface VerifiedAnswer {
  readonly text: string;
  /** Whether it ended by itself. */
  readonly ended: boolean;
  readonly tokens: number;
  /** Where it first differs: that of the export from the run's, those of other programs from the export's. Base and run have none. */
  readonly parting?: Parting | undefined;
}

export interface VerifiedQuestion {
  /** `data.json:41` */
  readonly place: string;
  readonly question: string;
  readonly answers: Readonly<Partial<Record<Asked, VerifiedAnswer>>>;
}

/** What was found when an export was loaded again and asked. */
export interface Verification {
  readonly place: string;
  readonly form: string;
  readonly type: WeightType;
  /** The part of the data that the questions are from. */
  readonly part: string;
  /** Of the right answers, in nats a token. */
  readonly nll: Readonly<Partial<Record<Asked, number>>>;
  /** How far apart the losses of run and export may be. */
  readonly mayDiffer: number;
  readonly questions: readonly VerifiedQuestion[];
  /** In what the export is not what was trained, a sentence each. */
  readonly differences: readonly string[];
  /** What was not asked and why, a sentence each. */
  readonly notes: readonly string[];
}
