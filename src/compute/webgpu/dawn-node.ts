import {
  PARAMETER_BYTES,
  type Gpu,
  type GpuAdapter,
  type GpuBindings,
  type GpuBuffer,
  type GpuDispatch,
  type GpuFault,
  type GpuLimits,
  type GpuPipeline,
  type GpuWindow,
} from './binding';
import type { Dawn, DawnAdapter, DawnBuffer, DawnDevice, DawnLayout, DawnRoot } from './dawn-types';

/** Values of GPUBufferUsage, GPUMapMode and GPUShaderStage in the WebGPU specification. */
const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
const MAP_READ = 1;
const COMPUTE = 4;

/** Dawn's root, one for the process. The addon's devices use it and do not hold it: once collected, it takes the process with it. */
let root: DawnRoot | undefined;

/** The adapters that Dawn offers, the fastest first. */
export async function dawnAdapters(dawn: Dawn): Promise<readonly GpuAdapter[]> {
  const gpu = (root ??= dawn.create([]));
  const found = new Map<string, DawnAdapter>();
  for (const powerPreference of ['high-performance', 'low-power']) {
    const adapter = await gpu.requestAdapter({ powerPreference });
    if (adapter === null) continue;
    const { vendor, architecture, device, description } = adapter.info;
    const key = [vendor, architecture, device, description].join('\n');
    if (!found.has(key)) found.set(key, adapter);
  }
  return [...found.values()].map((adapter) => new DawnNodeAdapter(adapter));
}

class DawnNodeAdapter implements GpuAdapter {
  readonly name: string;
  readonly driver: string;
  readonly software: boolean;
  readonly limits: GpuLimits;

  constructor(private readonly adapter: DawnAdapter) {
    const { vendor, device, description, isFallbackAdapter } = adapter.info;
    const [name = '', ...driver] = description.split(': ');
    this.name = [vendor, device === '' ? name : device].join(' ').trim();
    this.driver = driver.length > 0 ? driver.join(': ') : description;
    this.software = isFallbackAdapter;
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
    this.limits = {
      bufferBytes: maxBufferSize,
      bindingBytes: maxStorageBufferBindingSize,
      bindings: maxStorageBuffersPerShaderStage,
    };
  }

  async open(): Promise<Gpu> {
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = this.adapter.limits;
    const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
    return new DawnNodeGpu(await this.adapter.requestDevice({ requiredLimits }));
  }
}

class DawnNodeGpu implements Gpu {
  fault: GpuFault | undefined;
  readonly #layouts = new Map<number, DawnLayout>();
  readonly #parameterLayout: DawnLayout;

  constructor(private readonly device: DawnDevice) {
    this.#parameterLayout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      const kind = error.constructor.name === 'GPUOutOfMemoryError' ? 'out-of-memory' : 'error';
      this.fault ??= { kind, message: error.message };
    });
    void device.lost.then(({ message }) => {
      this.fault ??= { kind: 'lost', message };
    });
  }

  createBuffer(bytes: number, use: 'storage' | 'parameters'): GpuBuffer {
    const usage = (use === 'storage' ? USAGE.storage : USAGE.uniform) | USAGE.copySource | USAGE.copyTarget;
    return this.device.createBuffer({ size: bytes, usage });
  }

  destroyBuffer(buffer: GpuBuffer): void {
    (buffer as DawnBuffer).destroy();
  }

  write(buffer: GpuBuffer, offset: number, data: Uint8Array): void {
    this.device.queue.writeBuffer(buffer as DawnBuffer, offset, data);
  }

  async read(buffer: GpuBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const staging = this.device.createBuffer({ size: bytes, usage: USAGE.mapRead | USAGE.copyTarget });
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer as DawnBuffer, offset, staging, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      await staging.mapAsync(MAP_READ);
      // What is mapped is gone with the buffer.
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }

  createPipeline(name: string, code: string, buffers: number): GpuPipeline {
    const { device } = this;
    return device.createComputePipeline({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.#layout(buffers), this.#parameterLayout] }),
      compute: { module: device.createShaderModule({ label: name, code }), entryPoint: 'main' },
    });
  }

  bindBuffers(windows: readonly GpuWindow[]): GpuBindings {
    return this.device.createBindGroup({
      layout: this.#layout(windows.length),
      entries: windows.map(({ buffer, offset, bytes }, binding) => {
        return { binding, resource: { buffer: buffer as DawnBuffer, offset, size: bytes } };
      }),
    });
  }

  bindParameters(buffer: GpuBuffer): GpuBindings {
    const resource = { buffer: buffer as DawnBuffer, offset: 0, size: PARAMETER_BYTES };
    return this.device.createBindGroup({ layout: this.#parameterLayout, entries: [{ binding: 0, resource }] });
  }

  submit(dispatches: readonly GpuDispatch[]): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let [pipeline, buffers]: [GpuPipeline?, GpuBindings?] = [];
    for (const dispatch of dispatches) {
      if (dispatch.pipeline !== pipeline) pass.setPipeline((pipeline = dispatch.pipeline));
      if (dispatch.buffers !== buffers) pass.setBindGroup(0, (buffers = dispatch.buffers));
      pass.setBindGroup(1, dispatch.parameters, [dispatch.parameterOffset]);
      pass.dispatchWorkgroups(...dispatch.groups);
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  done(): Promise<void> {
    return this.device.queue.onSubmittedWorkDone();
  }

  /** Of `count` buffers. All are bound for writing: one buffer may be bound several times in a kernel in no other way. */
  #layout(count: number): DawnLayout {
    let layout = this.#layouts.get(count);
    if (layout === undefined) {
      const entries = Array.from({ length: count }, (_, binding) => {
        return { binding, visibility: COMPUTE, buffer: { type: 'storage' } };
      });
      layout = this.device.createBindGroupLayout({ entries });
      this.#layouts.set(count, layout);
    }
    return layout;
  }
}
