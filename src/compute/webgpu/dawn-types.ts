/** What is used of the npm package `webgpu` (Dawn as an addon of Node), which need not be installed. */

export interface Dawn {
  create(options: readonly string[]): DawnRoot;
}

export interface DawnRoot {
  requestAdapter(options: { readonly powerPreference: string }): Promise<DawnAdapter | null>;
}

export interface DawnAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter: boolean;
  };
  readonly limits: DawnLimits;
  requestDevice(options: { readonly requiredLimits: DawnLimits }): Promise<DawnDevice>;
}

interface DawnLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
}

export type DawnLayout = object;

export interface DawnBuffer {
  destroy(): void;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
}

interface DawnPass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object, offsets?: readonly number[]): void;
  dispatchWorkgroups(x: number, y: number, z: number): void;
  end(): void;
}

interface DawnEncoder {
  beginComputePass(): DawnPass;
  copyBufferToBuffer(from: DawnBuffer, offset: number, to: DawnBuffer, toOffset: number, bytes: number): void;
  finish(): object;
}

export interface DawnDevice {
  readonly queue: {
    writeBuffer(buffer: DawnBuffer, offset: number, data: Uint8Array): void;
    submit(commands: readonly object[]): void;
    onSubmittedWorkDone(): Promise<void>;
  };
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: Error }) => void): void;
  createBuffer(options: { readonly size: number; readonly usage: number }): DawnBuffer;
  createCommandEncoder(): DawnEncoder;
  createShaderModule(options: { readonly label: string; readonly code: string }): object;
  createBindGroupLayout(options: { readonly entries: readonly object[] }): DawnLayout;
  createPipelineLayout(options: { readonly bindGroupLayouts: readonly DawnLayout[] }): object;
  createComputePipeline(options: object): object;
  createBindGroup(options: { readonly layout: DawnLayout; readonly entries: readonly object[] }): object;
}
