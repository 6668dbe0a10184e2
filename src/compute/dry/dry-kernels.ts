import type { Kernels } from '../kernels';

/** Kernels that do nothing but say that they were called. */
export function dryKernels(called: () => void): Kernels {
  return {
    linear: called,
    linearBackwardInput: called,
    linearBackwardWeight: called,
    addBias: called,
    addBiasBackward: called,
    rmsNorm: called,
    rmsNormBackward: called,
    rope: called,
    attention: called,
    attentionBackward: called,
    swiglu: called,
    swigluBackward: called,
    geglu: called,
    gegluBackward: called,
    scale: called,
    add: called,
    copy: called,
    fill: called,
    dropout: called,
    addNoise: called,
    gatherRows: called,
    quantizeNf4: called,
    scatterRows: called,
    rowNorms: called,
    scaleRows: called,
    scaleColumns: called,
    scaleColumnsBackward: called,
    crossEntropy: called,
    sumRanges: called,
    clip: called,
    adamw: called,
    adamw8bit: called,
  };
}
