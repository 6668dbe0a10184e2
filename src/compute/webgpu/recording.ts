import type { DeviceBuffer } from '../memory';
import { MOST_BINDINGS } from './binding';
import type { CommandList, Commands } from './commands';
import { COLUMN_THREADS, GROUPS, THREADS, type Program } from './program';
import type { WebGpuBuffer } from './webgpu-buffer';

export type Buffers = Readonly<Record<string, DeviceBuffer>>;
type Numbers = Readonly<Record<string, number>>;

/** Kernels of one recorder: what they run on and what they need beside it. */
export class Recording {
  readonly #list: CommandList = [];
  #broken = false;

  constructor(
    private readonly commands: Commands,
    private readonly memory: { scratch(length: number): WebGpuBuffer },
  ) {}

  /** Bytes of an argument that a kernel surely sees at once. */
  get argumentBytes(): number {
    return this.commands.argumentBytes;
  }

  /** Whether one kernel sees all of these. */
  sees(buffers: readonly DeviceBuffer[]): boolean {
    return this.commands.bindingsOf(buffers) <= MOST_BINDINGS;
  }

  /** fp32, until the next kernel takes its own. */
  scratch(length: number): WebGpuBuffer {
    return this.memory.scratch(length);
  }

  /** Runs a program on a grid of workgroups. */
  run(program: Program, buffers: Buffers, numbers: Numbers, groups: readonly [number, number?, number?]): void {
    try {
      this.commands.run(this.#list, program, buffers, numbers, groups);
    } catch (error) {
      // Without one of its kernels it must not run, and a list that nobody submits would keep freed memory from being given back.
      this.#broken = true;
      this.commands.abandon(this.#list);
      throw error;
    }
  }

  /** Runs a program over n elements, whose number is its parameter n. */
  each(program: Program, buffers: Buffers, numbers: Numbers, n: number): void {
    this.run(program, buffers, { ...numbers, n }, [Math.min(GROUPS, Math.ceil(n / THREADS))]);
  }

  /** Runs a program that is `rowwise`. */
  eachRow(program: Program, buffers: Buffers, numbers: Numbers, rows: number): void {
    this.run(program, buffers, { ...numbers, rows }, [Math.min(GROUPS, rows)]);
  }

  /** Runs a program that is `columnwise`. */
  eachColumn(program: Program, buffers: Buffers, numbers: Numbers, cols: number): void {
    this.run(program, buffers, { ...numbers, cols }, [Math.ceil(cols / COLUMN_THREADS)]);
  }

  /**
   * Runs a program over all elements of buffers of one length, in parts that a kernel can see.
   * @param numbers of the part from an element on
   */
  eachOf(program: Program, buffers: Buffers, numbers: Numbers | ((from: number) => Numbers) = {}): void {
    const length = Object.values(buffers)[0]!.length;
    for (const [from, count] of this.parts(length, 4)) {
      const part = Object.entries(buffers).map(([name, buffer]) => [name, buffer.slice(from, count)] as const);
      this.each(program, Object.fromEntries(part), typeof numbers === 'function' ? numbers(from) : numbers, count);
    }
  }

  /** Cuts `length` elements of so many bytes into stretches that a kernel sees at once: where each begins, and its length. */
  *parts(length: number, bytes: number): Generator<readonly [from: number, count: number]> {
    // Whole blocks of 4 bits and their scales, so that every kernel may cut there.
    const unit = 64 * 256;
    const most = Math.max(1, Math.floor(this.argumentBytes / bytes / unit)) * unit;
    for (let from = 0; from < length; from += most) yield [from, Math.min(most, length - from)];
  }

  /** @throws RangeError where one of its kernels could not be recorded */
  submit(): void {
    if (this.#broken) throw new RangeError('a kernel of the recorder could not be recorded');
    this.commands.submit(this.#list);
  }
}
