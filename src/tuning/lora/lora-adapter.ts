import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { normal } from '../../base/random';
import type { Device } from '../../compute/device';
import type { ProjectionDelta, Recorder } from '../../compute/recorder';
import { PROJECTIONS } from '../../config/config-schema';
import type { ModuleName } from '../../model/modules';
import { readTensors, writeTensors, type NamedTensor } from '../../model/parameter-file';
import { asMatrix, ParameterSet, type Parameter, type ParameterSpec } from '../../model/parameters';
import { moduleShape } from '../../model/projections';
import type { PlacedDelta, TokenRows, Tuning } from '../../model/tuning';
import type { BaseWeights } from '../../model/weights';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../adapter-config';
import type { TuningTarget } from '../method';
import { DoraNorms } from './dora-norms';
import { loraScale, loraTensorName, moduleName, type LoraConfig, type LoraPlace } from './lora-config';
import { placesFor } from './lora-places';
import { peftConfigJson } from './peft-config';
import { copyTables, namedTwice, savedTableOf, tableParameters } from './saved-tables';
import { copyRows, tokenParameters, trainedRowsOf } from './trained-tables';

/** A LoRA adapter on a device: its parameters and, per layer, the pairs of the matrices it sits on. */
export class LoraAdapter implements Tuning {
  readonly parameters: ParameterSet;
  readonly partsTables: boolean;
  private readonly device: Device;
  private readonly weights: BaseWeights;
  /** By place. */
  private readonly deltas: readonly ProjectionDelta[];
  /** Per layer. */
  private readonly pairs: readonly Map<ModuleName, PlacedDelta>[];
  private readonly norms: DoraNorms | undefined;

  /** @param places where its pairs sit, by layer and then as the model has its matrices */
  constructor(
    { device, config: model, weights }: TuningTarget,
    readonly config: LoraConfig,
    places: readonly LoraPlace[] = placesFor(model, config),
  ) {
    this.device = device;
    this.weights = weights;
    this.parameters = new ParameterSet(device, [
      ...places.flatMap(({ layer, module, r }) => {
        const shape = moduleShape(model, module);
        const specs: ParameterSpec[] = [
          { name: loraTensorName(layer, module, 'A'), shape: [r, shape.in], decay: true },
          { name: loraTensorName(layer, module, 'B'), shape: [shape.out, r], decay: true, raised: true },
        ];
        if (config.use_dora === true) {
          const name = loraTensorName(layer, module, 'magnitude');
          specs.push({ name, shape: [shape.out], decay: true, raised: true });
        }
        return specs;
      }),
      ...tokenParameters(model, config.tokens ?? {}),
      ...(config.tables === undefined ? [] : tableParameters(model, config.tables)),
    ]);
    this.partsTables = config.tables?.tied === false;
    this.norms =
      config.use_dora === true
        ? new DoraNorms(
            device,
            places.map(({ layer, module }) => weights.matrix(`${moduleName(layer, module)}.weight`)),
          )
        : undefined;
    this.deltas = places.map((place, i) => this.deltaOf(place, i));
    this.pairs = Array.from({ length: model.layers }, () => new Map());
    places.forEach(({ layer, module }, i) => {
      this.pairs[layer]?.set(module, {
        delta: this.deltas[i]!,
        dropout: config.lora_dropout,
        index: layer * PROJECTIONS.length + model.modules.indexOf(module),
      });
    });
  }

  private deltaOf(place: LoraPlace, i: number): ProjectionDelta {
    const { layer, module } = place;
    const { parameters, norms, config } = this;
    const a = parameters.get(loraTensorName(layer, module, 'A'));
    const b = parameters.get(loraTensorName(layer, module, 'B'));
    const scale = loraScale(place, config.use_rslora);
    const pair = { a: asMatrix(a), b: asMatrix(b), gradA: a.gradient, gradB: b.gradient, scale };
    if (norms === undefined) return { kind: 'low-rank', ...pair };
    const { value, gradient } = parameters.get(loraTensorName(layer, module, 'magnitude'));
    return { kind: 'low-rank', ...pair, magnitude: { value, gradient, norms: norms.of[i]! } };
  }

  delta(layer: number, module: ModuleName): PlacedDelta | undefined {
    return this.pairs[layer]?.get(module);
  }

  /** The base model stays as it is, but for tables that are trained whole. */
  replaces(tensor: string): Parameter | undefined {
    return savedTableOf(this.parameters, this.config.tables, tensor);
  }

  tokenRows(tensor: string): TokenRows | undefined {
    return trainedRowsOf(this.parameters, this.config.tokens ?? {}, tensor);
  }

  refresh(r: Recorder): void {
    this.norms?.refresh(r, this.deltas);
  }

  /**
   * PEFT's starts, B zero in all of them, so that the tuned model begins as the base: A uniform in ±1/sqrt(in) (Kaiming with a = sqrt(5)),
   * or normal with the deviation 1/r. Magnitudes are the lengths of the base model's rows.
   * @param random uniform in [0, 1)
   */
  initialise(random: () => number): void {
    for (const parameter of this.parameters.all()) {
      const values = new Float32Array(parameter.value.length);
      if (parameter.name.endsWith('.lora_A.weight')) {
        const [r, cols] = parameter.shape;
        const gaussian = this.config.init_lora_weights === 'gaussian';
        const bound = 1 / Math.sqrt(cols!);
        const draw = gaussian ? () => normal(random) / r! : () => (2 * random() - 1) * bound;
        for (let i = 0; i < values.length; i++) values[i] = draw();
      }
      this.device.write(parameter.value, values);
    }
    const { tokens, tables } = this.config;
    if (tokens !== undefined) copyRows(this.device, this.weights, this.parameters, tokens);
    if (tables !== undefined) copyTables(this.device, this.weights, this.parameters, tables);
    const recorder = this.device.begin();
    this.refresh(recorder);
    for (const { magnitude } of this.deltas) {
      if (magnitude !== undefined) recorder.copy(magnitude.value, magnitude.norms);
    }
    this.device.submit(recorder);
  }

  /** A PEFT adapter folder. */
  async write(device: Device, baseModel: string, folder: string): Promise<void> {
    await writeFile(path.join(folder, ADAPTER_CONFIG), peftConfigJson(this.config, baseModel));
    await writeTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.stored());
  }

  read(device: Device, folder: string): void {
    readTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.stored());
    const recorder = device.begin();
    this.refresh(recorder);
    device.submit(recorder);
  }

  /** The tensors of its file. */
  private stored(): readonly NamedTensor[] {
    return [...this.parameters.all(), ...namedTwice(this.parameters, this.config.tables)];
  }

  free(): void {
    this.parameters.free();
    this.norms?.free();
  }
}
