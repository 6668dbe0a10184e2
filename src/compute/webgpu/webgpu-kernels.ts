import type { CardKernelTable } from '../kernel-table';
import { BYTES_PER_ELEMENT } from '../memory';
import { adamw, adamw8bit } from './kernels/adamw';
import { attention } from './kernels/attention';
import { attentionBackward } from './kernels/attention-backward';
import { clip } from './kernels/clip';
import { copy, fill } from './kernels/convert';
import { add, addNoise, dither, dropout, scale } from './kernels/elementwise';
import { geglu, gegluBackward, swiglu, swigluBackward } from './kernels/gate';
import { crossEntropy, sumRanges } from './kernels/loss';
import { rowNorms, scaleColumns, scaleColumnsBackward, scaleRows } from './kernels/magnitude';
import { rmsNorm, rmsNormBackward } from './kernels/norm';
import { linear, linearBackwardInput, linearBackwardWeight, products } from './kernels/product';
import { quantizeNf4 } from './kernels/quantize';
import { rope } from './kernels/rope';
import { addBias, addBiasBackward, gatherRows, scatterRows } from './kernels/rows';
import { thinProducts } from './kernels/thin-products';
import type { Recording } from './recording';

/** The kernels of `kernels/`. What they are given has been checked. */
export const WEBGPU_KERNELS: CardKernelTable<Recording> = {
  linear,
  linearBackwardInput,
  linearBackwardWeight,
  products,
  thinProducts,
  fits: (r, buffers) => buffers.every(({ dtype, length }) => length * BYTES_PER_ELEMENT[dtype] <= r.argumentBytes),
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
