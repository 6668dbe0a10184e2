import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TensorSource } from '../../base/safetensors';
import { EMBEDDING, isLayerMatrix } from '../../model/weights';
import type { ExportSource } from '../exporter';
import { storedType, trainedNames, tunedTensors } from '../tuned-tensors';
import { keptParts, quantisedParts } from './nf4-parts';

const FROM = { F32: 'f32', BF16: 'bf16', F16: 'f16' } as const;
const COMPUTE = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' } as const;

/**
 * A tuned model's tensors with the matrices of its layers in 4 bits, as bitsandbytes keeps them. Those that are in 4 bits and were not
 * trained stay bit for bit; where some are in 4 bits, those that are not stay as they are.
 */
export function tensorsIn4Bits(source: ExportSource): TensorSource[] {
  const trained = trainedNames(source);
  const doubleQuant = scalesIn8Bits(source);
  const some = source.base.all().some(({ kind }) => kind === 'nf4');
  const in4Bits = (name: string, shape: readonly number[]): boolean =>
    isLayerMatrix(name, shape) && (!some || source.base.get(name).kind === 'nf4');
  const tensors = tunedTensors(source, ({ name, shape }, stored) => (in4Bits(name, shape) ? 'F32' : stored));
  return tensors.flatMap((tensor) => {
    const { name, shape } = tensor;
    if (!in4Bits(name, shape)) return [tensor];
    const base = source.base.get(name);
    if (base.kind === 'nf4' && !trained.has(name)) return keptParts(source.device, base);
    return quantisedParts(source.device, tensor, { doubleQuant, from: FROM[storedType(base)] });
  });
}

/** What config.json is to say of them, as transformers writes it; undefined where it says it already. */
export function quantisationOf(source: ExportSource): object | undefined {
  const file = path.join(source.modelDir, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { readonly quantization_config?: object | null };
  if (config.quantization_config != null) return undefined;
  return {
    _load_in_4bit: true,
    _load_in_8bit: false,
    bnb_4bit_compute_dtype: COMPUTE[storedType(source.base.get(EMBEDDING))],
    bnb_4bit_quant_storage: 'uint8',
    bnb_4bit_quant_type: 'nf4',
    bnb_4bit_use_double_quant: scalesIn8Bits(source),
    load_in_4bit: true,
    load_in_8bit: false,
    quant_method: 'bitsandbytes',
  };
}

/** As the base model has them; in 8 bits where it is not in 4 bits. */
function scalesIn8Bits({ base }: ExportSource): boolean {
  const quantised = base.all().find((tensor) => tensor.kind === 'nf4');
  return quantised?.kind !== 'nf4' || quantised.matrix.scales.kind === 'nested';
}
