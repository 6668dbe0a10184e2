import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TensorSource } from '../../base/safetensors';
import { blocksBeginAt } from '../../compute/matrix-rows';
import { rowsOfParts } from '../../model/projections';
import { EMBEDDING, isLayerMatrix } from '../../model/weights';
import { exportImpossible } from '../export-impossible';
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

/**
 * As the base model has them. Where it is not in 4 bits, in 8 bits, unless a matrix of several projections could then not be read again.
 * @throws SftError export-impossible where it could not whatever its scales are like
 */
function scalesIn8Bits(source: ExportSource): boolean {
  const quantised = source.base.all().find((tensor) => tensor.kind === 'nf4');
  if (quantised?.kind === 'nf4') return quantised.matrix.scales.kind === 'nested';
  if (partWithinBlock(source, 'nested') === undefined) return true;
  const within = partWithinBlock(source, 'plain');
  if (within === undefined) return false;
  const reason = `${within} is a matrix of several projections, and one of them begins within a block of 4-bit codes`;
  throw exportImpossible(reason, 'leave --type out');
}

/** The name of a matrix of several projections, one of which does not begin with a block of its own. */
function partWithinBlock({ base, config }: ExportSource, scales: 'plain' | 'nested'): string | undefined {
  const found = base.all().find(({ name, shape }) => {
    const module = config.modules.find((known) => name.endsWith(`.${known}.weight`));
    if (module === undefined || !isLayerMatrix(name, shape)) return false;
    return rowsOfParts(config, module).some(({ from }) => !blocksBeginAt(from * shape[1], scales));
  });
  return found?.name;
}
