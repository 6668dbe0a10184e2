import { SftError } from '../../base/errors';
import type { DeviceInfo, DeviceProvider, Unavailable } from '../provider';
import { unavailableBy } from '../unavailable';
import { MOST_BINDINGS, type GpuAdapter } from './binding';
import { dawnAdapters } from './dawn-node';
import { dawnUnavailable, findDawn, loadDawn } from './find-dawn';
import { WEBGPU_TRAITS, WebGpuDevice } from './webgpu-device';

const KIND = 'webgpu';
const NAME = 'a graphics card through WebGPU';

/** Graphics cards of every vendor. `auto` never takes them: what they compute was held against the reference in emulation alone. */
export const webGpuProvider: DeviceProvider = {
  kind: KIND,
  async list(_options, closely) {
    try {
      const addon = findDawn();
      const unavailable = dawnUnavailable(addon);
      if (!closely || addon === undefined || unavailable !== undefined) return [listing(KIND, NAME, { unavailable })];
      const adapters = await dawnAdapters(loadDawn(addon));
      if (adapters.length === 0) return [listing(KIND, NAME, { unavailable: NO_ADAPTER })];
      return adapters.map((adapter, i) => {
        return listing(idOf(i), nameOf(adapter), { driver: adapter.driver, unavailable: tooFewBindings(adapter) });
      });
    } catch (error) {
      return [listing(KIND, NAME, { unavailable: toUnavailable(error) })];
    }
  },
  async open(id) {
    const addon = findDawn();
    const adapters = addon === undefined ? [] : await dawnAdapters(loadDawn(addon));
    const adapter = adapters.find((_, i) => idOf(i) === id);
    if (adapter === undefined) {
      // It went between the listing and this.
      throw new SftError(NO_ADAPTER.code, NO_ADAPTER.reason, { remedy: NO_ADAPTER.remedy, exitCode: 2 });
    }
    const description = nameOf(adapter);
    try {
      return new WebGpuDevice(await adapter.open(), { description, limits: adapter.limits });
    } catch (error) {
      const reason = `${description} cannot be opened: ${messageOf(error)}`;
      throw new SftError('device-failed', reason, {
        remedy: 'close other programs that use the graphics card, install its newest driver, or use --device cpu',
        exitCode: 2,
        cause: error,
      });
    }
  },
};

const NO_ADAPTER = {
  code: 'no-adapter',
  reason: 'WebGPU finds no graphics card here',
  remedy:
    process.platform === 'linux'
      ? "install the Vulkan loader (Debian's libvulkan1) and the Vulkan driver of your graphics card, or use --device cpu"
      : 'install the newest driver of your graphics card, or use --device cpu',
} satisfies Unavailable;

/** What keeps an adapter from running every kernel. */
export function tooFewBindings({ limits: { bindings } }: Pick<GpuAdapter, 'limits'>): Unavailable | undefined {
  if (bindings >= MOST_BINDINGS) return undefined;
  return {
    code: 'too-few-bindings',
    reason: `a kernel on this graphics card sees ${bindings} buffers, and ${MOST_BINDINGS} are needed`,
    remedy: 'install the newest driver of your graphics card, or use --device cpu',
  };
}

function listing(
  id: string,
  name: string,
  more: { readonly driver?: string; readonly unavailable?: Unavailable | undefined },
): DeviceInfo {
  const { unavailable, ...rest } = more;
  return {
    id,
    kind: KIND,
    name,
    ...rest,
    ...(unavailable === undefined ? {} : { unavailable }),
    onRequest: true,
    hasOwnMemory: true,
    supports: { compute: ['f32'], weights: ['dense', 'nf4'], optimizers: ['adamw', 'adamw_8bit'] },
    traits: WEBGPU_TRAITS,
  };
}

function idOf(index: number): string {
  return `${KIND}:${index}`;
}

function nameOf({ name, software }: GpuAdapter): string {
  return software ? `${name}, software on the processor` : name;
}

function toUnavailable(error: unknown): Unavailable {
  if (!(error instanceof SftError)) return { code: 'webgpu-unusable', reason: messageOf(error) };
  return unavailableBy(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
