import { ticks } from '../../src/charts/line-svg';
import { whole } from '../../src/charts/numbers';

/** What runs along the bottom of a chart. */
export interface Across {
  /** For whoever listens: `loss by step`, `step 12: …`. */
  readonly name: string;
  readonly show: (value: number) => string;
  /** Where the axis has its marks, about `wanted` of them. */
  readonly ticks: (low: number, high: number, wanted: number) => number[];
  /** The nearest value that the pointer and the keys can choose. */
  readonly snap: (value: number) => number;
  /** How far an arrow key goes. */
  readonly stride: number;
}

export const STEPS: Across = {
  name: 'step',
  show: whole,
  ticks: (low, high, wanted) => ticks(low, high, wanted).filter((tick) => Number.isInteger(tick)),
  snap: Math.round,
  stride: 1,
};
