import type { Device } from '../compute/device';
import type { ProjectionDelta, Recorder } from '../compute/recorder';
import type { Parameter, ParameterSet } from './parameters';
import type { ModuleName } from './modules';

/** A delta on one matrix of a layer. */
export interface PlacedDelta {
  readonly delta: ProjectionDelta;
  /** Probability with which an element of its input is dropped in training. */
  readonly dropout: number;
  /** Position among all deltas of the model: each draws its own dropout mask. */
  readonly index: number;
}

/** Rows of a table that are trained, in the place of the base model's. */
export interface TokenRows {
  /** Ascending or not, none twice. */
  readonly ids: readonly number[];
  /** [ids.length, C] */
  readonly parameter: Parameter;
}

/** What is trained in or beside a model, on a device: what a tuning method made of a configuration or of a folder. */
export interface Tuning {
  readonly parameters: ParameterSet;
  /** What is added to the output of a matrix. */
  delta(layer: number, module: ModuleName): PlacedDelta | undefined;
  /** The parameter that takes the place of a tensor of the base model, named as in its file. */
  replaces(tensor: string): Parameter | undefined;
  /** Whether a tied model's one table becomes two here: what replaces the embedding leaves the head as it is, and the other way round. */
  readonly partsTables?: boolean;
  /** The trained rows of a tensor of the base model that is a table of the vocabulary. */
  tokenRows?(tensor: string): TokenRows | undefined;
  /** Rows [n, C] that stand before the tokens of every sequence; trained alone, with nothing that `replaces`. */
  readonly prompt?: Parameter;
  /** Fills what starts from chance. @param random uniform in [0, 1) */
  initialise(random: () => number): Promise<void>;
  /** Computes again what follows from the parameters and the base model: recorded behind each change of them. */
  refresh(r: Recorder): void;
  /** Writes what was trained into an empty folder; the caller writes aside and renames. @param baseModel name or path of it */
  write(device: Device, baseModel: string, folder: string): Promise<void>;
  /** Puts the parameters to what `write` wrote. @throws SftError what reading tensors throws */
  read(device: Device, folder: string): void;
  /** Gives back all that it holds. */
  free(): void;
}
