/** The functions of TensorFlow.js, whichever of its packages brings them. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');
