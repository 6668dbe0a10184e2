import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { normal } from '../../base/random';
import { writeIndices } from '../../compute/indices';
import type { Device } from '../../compute/device';
import { readTensors, writeTensors } from '../../model/parameter-file';
import { ParameterSet, type Parameter } from '../../model/parameters';
import type { Tuning } from '../../model/tuning';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapterConfig } from '../adapter-config';
import type { TuningTarget } from '../method';
import { PROMPT_TENSOR, promptConfigJson, type PromptConfig } from './prompt-config';

/** Trained rows before the tokens of every sequence, in the place of embeddings. */
export class PromptTuning implements Tuning {
  readonly parameters: ParameterSet;
  readonly prompt: Parameter;

  constructor(
    private readonly target: TuningTarget,
    private readonly config: PromptConfig,
  ) {
    const shape = [config.num_virtual_tokens, target.config.hiddenSize];
    this.parameters = new ParameterSet(target.device, [{ name: PROMPT_TENSOR, shape, decay: true }]);
    this.prompt = this.parameters.get(PROMPT_TENSOR);
  }

  delta(): undefined {
    return undefined;
  }

  /** The base model stays as it is. */
  replaces(): undefined {
    return undefined;
  }

  /**
   * PEFT's starts: the embeddings of a text's tokens, repeated or cut to the length of the prompt, or each number from the standard normal
   * distribution.
   */
  initialise(random: () => number): Promise<void> {
    const { value } = this.prompt;
    if (this.config.text === undefined) {
      this.target.device.write(
        value,
        Float32Array.from({ length: value.length }, () => normal(random)),
      );
    } else {
      this.copyEmbeddings(this.config.text);
    }
    return Promise.resolve();
  }

  private copyEmbeddings(text: string): void {
    const { device, weights, config, chat } = this.target;
    if (chat === undefined) throw new RangeError('a prompt that starts from a text needs a tokenizer');
    const tokens = chat.tokenizer.encode(text);
    const rows = this.config.num_virtual_tokens;
    const ids = Int32Array.from({ length: rows }, (_, row) => tokens[row % tokens.length]!);
    const memory = device.alloc('i32', rows);
    const r = device.begin();
    const { value } = this.prompt;
    r.gatherRows(value, weights.matrix('model.embed_tokens.weight'), writeIndices(device, memory, ids), rows);
    if (config.embeddingScale !== 1) r.scale(value, config.embeddingScale);
    device.submit(r);
    device.free(memory);
  }

  /** Nothing follows from the rows. */
  refresh(): void {}

  /** A PEFT adapter folder. */
  async write(device: Device, baseModel: string, folder: string): Promise<void> {
    const json = promptConfigJson(this.config, this.target.config, baseModel);
    await writeFile(path.join(folder, ADAPTER_CONFIG), json);
    await writeTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.parameters.all());
  }

  read(device: Device, folder: string): void {
    // A folder with one of its two files damaged is damaged.
    readAdapterConfig(folder);
    readTensors(device, path.join(folder, ADAPTER_WEIGHTS), this.parameters.all());
  }

  free(): void {
    this.parameters.free();
  }
}
