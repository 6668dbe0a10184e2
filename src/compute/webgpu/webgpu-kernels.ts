import type { KernelTable } from '../kernel-table';
import { adamw, adamw8bit } from './kernels/adamw';
import { attention } from './kernels/attention';
import { attentionBackward } from './kernels/attention-backward';
import { clip } from './kernels/clip';
import { copy, fill } from './kernels/convert';
import { add, addNoise, dropout, geglu, gegluBackward, scale, swiglu, swigluBackward } from './kernels/elementwise';
import { crossEntropy, sumRanges } from './kernels/loss';
import { rowNorms, scaleColumns, scaleColumnsBackward, scaleRows } from './kernels/magnitude';
import { rmsNorm, rmsNormBackward } from './kernels/norm';
import { linear, linearBackwardInput, linearBackwardWeight } from './kernels/product';
import { quantizeNf4 } from './kernels/quantize';
import { rope } from './kernels/rope';
import { addBias, addBiasBackward, gatherRows, scatterRows } from './kernels/rows';
import type { Recording } from './recording';

/** The kernels of `kernels/`. What they are given has been checked. */
export const WEBGPU_KERNELS: KernelTable<Recording> = {
  linear,
  linearBackwardInput,
  linearBackwardWeight,
  addBias,
  addBiasBackward,
  rmsNorm,
  rmsNormBackward,
  rope,
  attention,
  attentionBackward,
  swiglu,
  swigluBackward,
  geglu,
  gegluBackward,
  scale,
  add,
  copy,
  fill,
  dropout,
  addNoise,
  gatherRows,
  quantizeNf4,
  scatterRows,
  rowNorms,
  scaleRows,
  scaleColumns,
  scaleColumnsBackward,
  crossEntropy,
  sumRanges,
  clip,
  adamw,
  adamw8bit,
};
