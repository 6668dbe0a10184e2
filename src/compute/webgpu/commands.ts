import { SftError } from '../../base/errors';
import { BYTES_PER_ELEMENT, type DeviceBuffer } from '../memory';
import { PARAMETER_BYTES, type Gpu, type GpuBindings, type GpuDispatch, type GpuPipeline } from './binding';
import { assemble, type Program } from './program';
import { webGpuBuffer, type Allocation, type WebGpuBuffer } from './webgpu-buffer';

/** Runs whose parameters lie in one buffer, and that are handed over at once: screens are drawn between two hand-overs. */
const RUNS_AT_ONCE = 64;
/** Windows on large buffers begin at multiples of so many bytes. */
const WINDOW_ALIGNMENT = 256;
/** What large buffers that are not worked through in parts mostly hold are the tokens of a pass. */
const USUAL_REMEDY = 'lower max_seq_length or per_device_batch_size';

interface Run {
  readonly pipeline: GpuPipeline;
  readonly buffers: GpuBindings;
  readonly parameters: Uint32Array;
  readonly groups: readonly [number, number, number];
}

/** A part of an allocation that a kernel sees. */
interface Window {
  readonly allocation: Allocation;
  readonly offset: number;
  readonly bytes: number;
}

interface Group {
  readonly bindings: GpuBindings;
  readonly allocations: readonly Allocation[];
}

/** Kernels in the order in which they are to run. */
export type CommandList = Run[];

/** Pipelines and groups of bindings of one device, made when first needed and kept. */
export class Commands {
  readonly #pipelines = new Map<string, GpuPipeline>();
  readonly #groups = new Map<string, Group>();
  readonly #open = new Set<CommandList>();
  readonly #parameters: { readonly buffer: object; readonly bindings: GpuBindings }[] = [];

  /** @param bindingBytes the largest part of a buffer that a kernel sees */
  constructor(
    private readonly gpu: Gpu,
    readonly bindingBytes: number,
  ) {}

  /** Whether anything is recorded that is not handed over yet. */
  get waiting(): boolean {
    return this.#open.size > 0;
  }

  /** Bytes of an argument that surely fits a window. */
  get argumentBytes(): number {
    return this.bindingBytes - WINDOW_ALIGNMENT;
  }

  /**
   * Records a run of a program.
   * @param args a buffer for each of its arguments
   * @param groups workgroups in each direction
   * @throws SftError beyond-binding where an argument is larger than a kernel sees
   */
  run(
    list: CommandList,
    program: Program,
    args: Readonly<Record<string, DeviceBuffer>>,
    params: Readonly<Record<string, number>>,
    groups: readonly [number, number?, number?],
  ): void {
    const [x, y = 1, z = 1] = groups;
    if (x * y * z === 0) return;
    const buffers = program.args.map((name) => webGpuBuffer(args[name]!));
    const windows = this.#windows(buffers, program.remedy);
    const distinct = [...new Set(windows)];
    const slots = windows.map((window) => distinct.indexOf(window));
    const pipeline = this.#pipeline(program, buffers, slots, distinct.length);
    const words = new Uint32Array(PARAMETER_BYTES / 4);
    const floats = new Float32Array(words.buffer);
    buffers.forEach(({ byteOffset, dtype }, i) => {
      words[i] = (byteOffset - windows[i]!.offset) / BYTES_PER_ELEMENT[dtype];
    });
    words[buffers.length] = 1;
    Object.entries(program.params).forEach(([name, type], i) => {
      (type === 'f32' ? floats : words)[buffers.length + 1 + i] = params[name]!;
    });
    const group = this.#group(distinct);
    this.#open.add(list);
    list.push({ pipeline, buffers: group, parameters: words, groups: [x, y, z] });
  }

  /** How many bindings arguments of one kernel take. @throws SftError beyond-binding */
  bindingsOf(buffers: readonly DeviceBuffer[]): number {
    return new Set(this.#windows(buffers.map(webGpuBuffer))).size;
  }

  /** Hands over what was recorded. */
  submit(runs: CommandList): void {
    this.#open.delete(runs);
    for (let from = 0; from < runs.length; from += RUNS_AT_ONCE) {
      const part = runs.slice(from, from + RUNS_AT_ONCE);
      const { buffer, bindings } = this.#parametersAt(from / RUNS_AT_ONCE);
      const all = new Uint32Array((part.length * PARAMETER_BYTES) / 4);
      const dispatches = part.map(({ pipeline, buffers, parameters, groups }, i): GpuDispatch => {
        const parameterOffset = i * PARAMETER_BYTES;
        all.set(parameters, parameterOffset / 4);
        return { pipeline, buffers, parameters: bindings, parameterOffset, groups };
      });
      this.gpu.write(buffer, 0, new Uint8Array(all.buffer));
      this.gpu.submit(dispatches);
    }
    runs.length = 0;
  }

  /** Forgets what was recorded. */
  abandon(runs: CommandList): void {
    this.#open.delete(runs);
    runs.length = 0;
  }

  /** What is kept for an allocation whose buffer goes. */
  forget({ bound }: Allocation): void {
    for (const key of bound) {
      for (const allocation of this.#groups.get(key)!.allocations) allocation.bound.delete(key);
      this.#groups.delete(key);
    }
  }

  #pipeline(program: Program, buffers: readonly WebGpuBuffer[], slots: readonly number[], count: number): GpuPipeline {
    const dtypes = buffers.map(({ dtype }) => dtype);
    const name = `${program.name} ${dtypes.join(' ')} ${slots.join(' ')}`;
    let pipeline = this.#pipelines.get(name);
    if (pipeline === undefined) {
      pipeline = this.gpu.createPipeline(name, assemble(program, dtypes, slots), count);
      this.#pipelines.set(name, pipeline);
    }
    return pipeline;
  }

  /** What each argument lies in: arguments in one allocation share a window where a kernel can see all of them at once. */
  #windows(buffers: readonly WebGpuBuffer[], remedy?: string): readonly Window[] {
    const byAllocation = new Map<Allocation, WebGpuBuffer[]>();
    for (const buffer of buffers) {
      const { allocation } = buffer;
      byAllocation.set(allocation, [...(byAllocation.get(allocation) ?? []), buffer]);
    }
    const windows = new Map<WebGpuBuffer, Window>();
    for (const [allocation, inside] of byAllocation) {
      const whole = { allocation, offset: 0, bytes: allocation.paddedBytes };
      const shared = whole.bytes <= this.bindingBytes ? whole : span(allocation, inside);
      for (const buffer of inside) {
        const window = shared.bytes <= this.bindingBytes ? shared : this.#alone(allocation, buffer, inside);
        if (window === undefined) throw this.#beyond(buffer, remedy);
        windows.set(buffer, window);
      }
    }
    return buffers.map((buffer) => windows.get(buffer)!);
  }

  /** A window on one of several arguments in an allocation, where it is small enough and meets no other. */
  #alone(allocation: Allocation, buffer: WebGpuBuffer, others: readonly WebGpuBuffer[]): Window | undefined {
    const window = span(allocation, [buffer]);
    const end = window.offset + window.bytes;
    const crossed = others.some((other) => {
      const { offset, bytes } = span(allocation, [other]);
      return other !== buffer && offset < end && window.offset < offset + bytes;
    });
    return crossed || window.bytes > this.bindingBytes ? undefined : window;
  }

  #beyond({ bytes, allocation }: WebGpuBuffer, remedy = USUAL_REMEDY): SftError {
    const needed = `${bytes} bytes of ${allocation.label} are needed at once`;
    return new SftError(
      'beyond-binding',
      `a kernel on this graphics card sees at most ${this.bindingBytes} bytes of a buffer, and ${needed}`,
      { remedy: `${remedy}, or use --device cpu` },
    );
  }

  #group(windows: readonly Window[]): GpuBindings {
    const key = windows.map(({ allocation, offset, bytes }) => `${allocation.id}:${offset}:${bytes}`).join(' ');
    let group = this.#groups.get(key);
    if (group === undefined) {
      const bindings = this.gpu.bindBuffers(
        windows.map(({ allocation, offset, bytes }) => ({ buffer: allocation.held, offset, bytes })),
      );
      group = { bindings, allocations: windows.map(({ allocation }) => allocation) };
      this.#groups.set(key, group);
      for (const allocation of group.allocations) allocation.bound.add(key);
    }
    return group.bindings;
  }

  #parametersAt(place: number): { readonly buffer: object; readonly bindings: GpuBindings } {
    let parameters = this.#parameters[place];
    if (parameters === undefined) {
      const buffer = this.gpu.createBuffer(RUNS_AT_ONCE * PARAMETER_BYTES, 'parameters');
      parameters = { buffer, bindings: this.gpu.bindParameters(buffer) };
      this.#parameters[place] = parameters;
    }
    return parameters;
  }
}

function span(allocation: Allocation, buffers: readonly WebGpuBuffer[]): Window {
  const first = Math.min(...buffers.map(({ byteOffset }) => byteOffset));
  const end = Math.max(...buffers.map(({ byteOffset, bytes }) => byteOffset + bytes));
  const offset = Math.floor(first / WINDOW_ALIGNMENT) * WINDOW_ALIGNMENT;
  return { allocation, offset, bytes: Math.min(allocation.paddedBytes, Math.ceil(end / 16) * 16) - offset };
}
