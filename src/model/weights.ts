import { PROJECTIONS } from '../config/config-schema';
import { closeSync, openSync } from 'node:fs';
import type { Device } from '../compute/device';
import type { DenseMatrix, DeviceBuffer, DType, WeightFile } from '../compute/memory';
import { SftError } from '../base/errors';
import type { LlamaConfig } from './llama-config';
import { readBytes } from '../base/safetensors';
import { hasBias, projectionPath, projectionShape, qkNormDims } from './projections';
import { locateTensors, type LocatedTensor } from '../base/tensor-folder';

/** A vector or matrix of the base model under its name in the file. */
export interface WeightTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: DeviceBuffer;
}

/** The tensors that the forward pass uses, under transformers' names. */
export function expectedTensors(config: LlamaConfig): ReadonlyMap<string, readonly number[]> {
  const expected = new Map<string, readonly number[]>();
  expected.set('model.embed_tokens.weight', [config.vocabSize, config.hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}.`;
    for (const name of Object.values<string>({ ...config.norms })) {
      expected.set(`${prefix}${name}.weight`, [config.hiddenSize]);
    }
    if (config.qkNorm !== undefined) {
      const { queries, keys } = qkNormDims(config);
      expected.set(`${prefix}self_attn.q_norm.weight`, [queries]);
      expected.set(`${prefix}self_attn.k_norm.weight`, [keys]);
    }
    for (const name of PROJECTIONS) {
      const shape = projectionShape(config, name);
      expected.set(`${prefix}${projectionPath(name)}.weight`, [shape.out, shape.in]);
      if (hasBias(config, name)) expected.set(`${prefix}${projectionPath(name)}.bias`, [shape.out]);
    }
  }
  expected.set('model.norm.weight', [config.hiddenSize]);
  if (!config.tieWordEmbeddings) expected.set('lm_head.weight', [config.vocabSize, config.hiddenSize]);
  return expected;
}

const DTYPES: Readonly<Record<string, DType>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };

/** The base model's weights, read in place from their files in the type they have on disk. */
export class BaseWeights {
  private readonly tensors = new Map<string, WeightTensor>();
  private readonly files = new Map<string, WeightFile>();
  private readonly owned: DeviceBuffer[] = [];

  /** @throws SftError weights-not-found, corrupt-safetensors, unsupported-weights */
  constructor(
    private readonly device: Device,
    readonly modelDir: string,
    config: LlamaConfig,
  ) {
    try {
      this.openAll(config);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private openAll(config: LlamaConfig): void {
    const located = locateTensors(this.modelDir);
    for (const [name, shape] of expectedTensors(config)) {
      const tensor = located.get(name);
      if (tensor === undefined)
        throw mismatch(this.modelDir, `the weights hold no ${name}, which config.json asks for`);
      if (tensor.shape.join() !== shape.join()) {
        throw mismatch(
          tensor.file,
          `${name} has the shape [${tensor.shape.join(', ')}], config.json asks for [${shape.join(', ')}]`,
        );
      }
      this.tensors.set(name, { name, shape, data: this.open(tensor) });
    }
  }

  private open(tensor: LocatedTensor): DeviceBuffer {
    const dtype = DTYPES[tensor.dtype];
    if (dtype === undefined) {
      throw new SftError('unsupported-weights', `${tensor.name} is stored as ${tensor.dtype}`, {
        file: tensor.file,
        remedy: 'use the folder of the model in bf16, fp16 or fp32',
        exitCode: 2,
      });
    }
    const width = dtype === 'f32' ? 4 : 2;
    const length = tensor.byteLength / width;
    if (tensor.byteOffset % width !== 0) return this.copyIn(tensor, dtype, length);
    let file = this.files.get(tensor.file);
    if (file === undefined) {
      file = this.device.openWeights(tensor.file);
      this.files.set(tensor.file, file);
    }
    return file.buffer(dtype, tensor.byteOffset, length);
  }

  /** Old files do not align their data; such a tensor cannot be read in place. */
  private copyIn(tensor: LocatedTensor, dtype: DType, length: number): DeviceBuffer {
    const fd = openSync(tensor.file, 'r');
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = readBytes(fd, tensor.byteOffset, tensor.byteLength, tensor.file);
    } finally {
      closeSync(fd);
    }
    const buffer = this.device.alloc(dtype, length);
    this.device.write(buffer, dtype === 'f32' ? new Float32Array(bytes.buffer) : new Uint16Array(bytes.buffer));
    this.owned.push(buffer);
    return buffer;
  }

  all(): readonly WeightTensor[] {
    return [...this.tensors.values()];
  }

  /** A tensor of `expectedTensors`. */
  get(name: string): WeightTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new RangeError(`no weight ${name}`);
    return tensor;
  }

  matrix(name: string): DenseMatrix {
    const { data, shape } = this.get(name);
    return { kind: 'dense', data, rows: shape[0]!, cols: shape[1]! };
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    for (const buffer of this.owned) this.device.free(buffer);
  }
}

function mismatch(file: string, reason: string): SftError {
  return new SftError('weights-do-not-fit', reason, {
    file,
    remedy: 'the configuration and the weights belong to different models: fetch the folder again',
    exitCode: 2,
  });
}
