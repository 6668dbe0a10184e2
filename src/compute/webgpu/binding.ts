/**
 * What the WebGPU device asks of an implementation of WebGPU: few functions over buffers, pipelines and dispatches, so that another
 * implementation (Dawn's C interface where Node's addon cannot run) takes the place of this one and nothing else changes.
 */

/** A buffer, a pipeline, a group of bindings: each what the implementation makes of it. */
export type GpuBuffer = object;
export type GpuPipeline = object;
export type GpuBindings = object;

/** Sizes that an adapter offers, in bytes unless said otherwise. */
export interface GpuLimits {
  readonly bufferBytes: number;
  /** The largest part of a buffer that a kernel can see. */
  readonly bindingBytes: number;
  /** Buffers that a kernel can see. */
  readonly bindings: number;
}

/** A part of a buffer as a kernel sees it. */
export interface GpuWindow {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** One run of a pipeline over a grid of workgroups. */
export interface GpuDispatch {
  readonly pipeline: GpuPipeline;
  readonly buffers: GpuBindings;
  readonly parameters: GpuBindings;
  /** Where this run's parameters begin. */
  readonly parameterOffset: number;
  readonly groups: readonly [number, number, number];
}

/** Why a device no longer computes. */
export interface GpuFault {
  readonly kind: 'lost' | 'out-of-memory' | 'error';
  readonly message: string;
}

/** Bytes that a kernel's parameters take, and distance of their beginnings in a buffer. */
export const PARAMETER_BYTES = 1024;

/** Buffers that the kernels here see at most: WebGPU promises 8. */
export const MOST_BINDINGS = 10;

/** An open device. Calls take effect in their order; only `read` and `done` wait. */
export interface Gpu {
  /** What went wrong first, as far as it is known yet. */
  readonly fault: GpuFault | undefined;
  /** Zeroed. `bytes` is a multiple of 16. */
  createBuffer(bytes: number, use: 'storage' | 'parameters'): GpuBuffer;
  /** What was submitted before may still use it. */
  destroyBuffer(buffer: GpuBuffer): void;
  /** Offset and length are multiples of 4. */
  write(buffer: GpuBuffer, offset: number, data: Uint8Array): void;
  /** Offset and length are multiples of 4. */
  read(buffer: GpuBuffer, offset: number, bytes: number): Promise<ArrayBuffer>;
  /** Of WGSL whose group 0 has so many buffers and whose group 1 has the parameters. */
  createPipeline(name: string, code: string, buffers: number): GpuPipeline;
  bindBuffers(windows: readonly GpuWindow[]): GpuBindings;
  /** Of a buffer for parameters. */
  bindParameters(buffer: GpuBuffer): GpuBindings;
  submit(dispatches: readonly GpuDispatch[]): void;
  /** Waits until all that was submitted has run. */
  done(): Promise<void>;
}

/** Something that computes, before it is opened. */
export interface GpuAdapter {
  /** For people. */
  readonly name: string;
  readonly driver: string;
  /** Whether it is a program on the processor. */
  readonly software: boolean;
  readonly limits: GpuLimits;
  /** @throws Error what the driver says */
  open(): Promise<Gpu>;
}
