import type { KernelTable } from '../kernel-table';
import { adamw, adamw8bit, clip } from './kernels/adamw';
import { attention, attentionBackward } from './kernels/attention';
import { add, copy, fill, scale } from './kernels/elementwise';
import { geglu, gegluBackward, swiglu, swigluBackward } from './kernels/gates';
import { crossEntropy, sumRanges } from './kernels/loss';
import { rmsNorm, rmsNormBackward } from './kernels/norm';
import { linear, linearBackwardInput, linearBackwardWeight } from './kernels/product';
import { quantizeNf4 } from './kernels/quantize';
import { addNoise, dither, dropout } from './kernels/random';
import {
  addBias,
  addBiasBackward,
  gatherRows,
  rope,
  rowNorms,
  scaleColumns,
  scaleColumnsBackward,
  scaleRows,
  scatterRows,
} from './kernels/rows';
import type { Tensors } from './tensors';

/** The kernels of `kernels/`. What they are given has been checked. */
export const TFJS_KERNELS: KernelTable<Tensors> = {
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
  dither,
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
