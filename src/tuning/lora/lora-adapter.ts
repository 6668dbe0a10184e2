import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loraStart, type LoraStart } from '../../config/lora-start';
import type { Device } from '../../compute/device';
import type { ProjectionDelta, Recorder } from '../../compute/recorder';
import { PROJECTIONS } from '../../config/config-schema';
import type { ModuleName } from '../../model/modules';
import { readTensors, writeTensors, type NamedTensor } from '../../model/parameter-file';
import { asMatrix, ParameterSet, type Parameter, type ParameterSpec } from '../../model/parameters';
import { moduleShape } from '../../model/projections';
import type { PlacedDelta, TokenRows, Tuning } from '../../model/tuning';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapterConfig } from '../adapter-config';
import type { TuningTarget } from '../method';
import { DoraNorms } from './dora-norms';
import { FixedPairs, type JoinedPairs } from './fixed-pairs';
import {
  loraScale,
  loraTensorName,
  moduleName,
  ofTwiceTheRank,
  peftTensorName,
  type LoraConfig,
  type LoraPlace,
} from './lora-config';
import { placesFor } from './lora-places';
import { requireStart, startPairs, type StartingPair } from './pair-start';
import { peftConfigJson } from './peft-config';
import { copyTables, namedTwice, savedTableOf, tableParameters } from './saved-tables';
import { copyRows, tokenParameters, trainedRowsOf } from './trained-tables';

/** A LoRA adapter on a device: its parameters and, per layer, the pairs of the matrices it sits on. */
export class LoraAdapter implements Tuning {
  readonly parameters: ParameterSet;
  readonly partsTables: boolean;
  private readonly device: Device;
  private readonly start: LoraStart;
  /** By place. */
  private readonly starting: readonly StartingPair[];
  private readonly fixed: FixedPairs | undefined;
  /** By place. */
  private readonly deltas: readonly ProjectionDelta[];
  /** Per layer. */
  private readonly pairs: readonly Map<ModuleName, PlacedDelta>[];
  private readonly norms: DoraNorms | undefined;

  /** @param places where its pairs sit, by layer and then as the model has its matrices */
  constructor(
    private readonly target: TuningTarget,
    readonly config: LoraConfig,
    places: readonly LoraPlace[] = placesFor(target.config, config),
  ) {
    const { device, config: model, weights } = target;
    this.device = device;
    this.start = loraStart(config.init_lora_weights ?? true)!;
    requireStart(target, this.start, places);
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
    this.starting = places.map((place) => ({
      place,
      a: this.parameters.get(loraTensorName(place.layer, place.module, 'A')),
      b: this.parameters.get(loraTensorName(place.layer, place.module, 'B')),
      scale: loraScale(place, config.use_rslora),
    }));
    this.fixed = this.start.kind === 'pissa' ? new FixedPairs(device, this.starting) : undefined;
    this.deltas = this.starting.map((pair, i) => this.deltaOf(pair, i));
    this.pairs = Array.from({ length: model.layers }, () => new Map());
    places.forEach(({ layer, module }, i) => {
      this.pairs[layer]?.set(module, {
        delta: this.deltas[i]!,
        dropout: config.lora_dropout,
        index: layer * PROJECTIONS.length + model.modules.indexOf(module),
      });
    });
  }

  private deltaOf({ place, a, b, scale }: StartingPair, i: number): ProjectionDelta {
    const { parameters, norms, fixed } = this;
    const pair = { a: asMatrix(a), b: asMatrix(b), gradA: a.gradient, gradB: b.gradient, scale };
    if (norms === undefined) return { kind: 'low-rank', ...pair, fixed: fixed?.of[i] };
    const { value, gradient } = parameters.get(loraTensorName(place.layer, place.module, 'magnitude'));
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
   * The pairs as `startPairs` says, and magnitudes the lengths of the rows that the weights have with them.
   * @param random uniform in [0, 1)
   */
  async initialise(random: () => number): Promise<void> {
    await startPairs(this.target, this.start, this.starting, random);
    this.fixed?.keep();
    const { tokens, tables } = this.config;
    if (tokens !== undefined) copyRows(this.device, this.target.weights, this.parameters, tokens);
    if (tables !== undefined) copyTables(this.device, this.target.weights, this.parameters, tables);
    const recorder = this.device.begin();
    this.refresh(recorder);
    for (const { magnitude } of this.deltas) {
      if (magnitude !== undefined) recorder.copy(magnitude.value, magnitude.norms);
    }
    this.device.submit(recorder);
  }

  /** A PEFT adapter folder. */
  async write(device: Device, baseModel: string, folder: string): Promise<void> {
    const { fixed } = this;
    const config = fixed === undefined ? this.config : ofTwiceTheRank(this.config);
    await writeFile(path.join(folder, ADAPTER_CONFIG), peftConfigJson(config, baseModel, this.target.config));
    const joined = fixed?.join();
    try {
      await writeTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.stored(joined));
    } finally {
      joined?.free();
    }
  }

  read(device: Device, folder: string): void {
    // A folder with one of its two files damaged is damaged.
    readAdapterConfig(folder);
    const joined = this.fixed?.room();
    try {
      readTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.stored(joined));
      if (joined !== undefined) this.fixed?.split(joined);
    } finally {
      joined?.free();
    }
    const recorder = device.begin();
    this.refresh(recorder);
    device.submit(recorder);
  }

  /** The tensors of its file. @param joined in the place of the pairs */
  private stored(joined: JoinedPairs | undefined): readonly NamedTensor[] {
    const pairs = new Map(joined?.tensors.map((tensor) => [tensor.name, tensor]));
    const own = this.parameters.all().map((parameter) => pairs.get(parameter.name) ?? parameter);
    const all: readonly NamedTensor[] = [...own, ...namedTwice(this.parameters, this.config.tables)];
    return all.map((tensor) => ({ ...tensor, name: peftTensorName(this.target.config, tensor.name) }));
  }

  free(): void {
    this.parameters.free();
    this.norms?.free();
    this.fixed?.free();
  }
}
