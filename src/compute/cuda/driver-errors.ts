import { SftError } from '../../base/errors';

interface Meaning {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

const ON_CPU = 'or use --device cpu';
const RESUME = 'resume from the last checkpoint';
const DRIVER = `install NVIDIA's newest driver and restart the machine, ${ON_CPU}`;
const LOST = { code: 'device-lost', remedy: `${RESUME}; if it happens again, restart the machine, ${ON_CPU}` } as const;
const OURS = { code: 'device-failed', remedy: `${RESUME} with --device cpu, and report this error` } as const;
const BUSY = `close other programs that use the graphics card, ${ON_CPU}`;
const KERNELS = { code: 'cuda-kernels-unusable', remedy: `run npm run build:cuda again, ${ON_CPU}` } as const;

/** What a person can do something about, by the driver's name without CUDA_ERROR_. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  OUT_OF_MEMORY: {
    code: 'out-of-memory',
    reason: 'the graphics card does not have enough memory',
    remedy:
      'lower per_device_batch_size or max_seq_length, set load_in_4bit, or choose a smaller model or --device cpu',
  },
  STUB_LIBRARY: {
    code: 'cuda-no-driver',
    reason: "the driver library is the toolkit's stub, not the driver",
    remedy: DRIVER,
  },
  NO_DEVICE: {
    code: 'no-cuda-device',
    reason: 'the driver finds no NVIDIA graphics card',
    remedy: `check that nvidia-smi lists one and CUDA_VISIBLE_DEVICES does not hide it, ${ON_CPU}`,
  },
  INVALID_DEVICE: {
    code: 'no-cuda-device',
    reason: 'there is no graphics card with that number',
    remedy: 'run sft devices to list them',
  },
  DEVICE_UNAVAILABLE: {
    code: 'device-failed',
    reason: 'another program uses the graphics card exclusively',
    remedy: BUSY,
  },
  DEVICE_NOT_LICENSED: { code: 'device-failed', reason: 'the virtual graphics card has no license', remedy: DRIVER },
  SYSTEM_NOT_READY: {
    code: 'device-failed',
    reason: 'the system is not ready for CUDA: a service of the driver is not running',
    remedy: `start it (on servers nvidia-fabricmanager), ${ON_CPU}`,
  },
  SYSTEM_DRIVER_MISMATCH: {
    code: 'cuda-no-driver',
    reason: "the driver's library and the driver of the system have different versions",
    remedy: `restart the machine, ${ON_CPU}`,
  },
  COMPAT_NOT_SUPPORTED_ON_DEVICE: {
    code: 'cuda-no-driver',
    reason: "the driver's library is newer than this graphics card supports",
    remedy: DRIVER,
  },
  OPERATING_SYSTEM: { code: 'device-failed', reason: 'the system refused a request of the driver', remedy: DRIVER },
  NOT_PERMITTED: { code: 'device-failed', reason: 'the driver does not permit it', remedy: DRIVER },
  NOT_SUPPORTED: { code: 'device-failed', reason: 'the driver does not support it', remedy: DRIVER },
  UNSUPPORTED_PTX_VERSION: { code: 'cuda-no-driver', reason: 'the driver is too old for the kernels', remedy: DRIVER },
  JIT_COMPILER_NOT_FOUND: { code: 'cuda-no-driver', reason: 'the driver lacks its compiler', remedy: DRIVER },
  INVALID_IMAGE: { ...KERNELS, reason: 'the file with the kernels is damaged' },
  INVALID_PTX: { ...KERNELS, reason: 'the driver cannot compile the kernels' },
  NO_BINARY_FOR_GPU: { ...KERNELS, reason: 'the kernels are not built for this graphics card' },
  NOT_FOUND: { ...KERNELS, reason: 'a kernel is missing: they were built from another version of this program' },
  ILLEGAL_ADDRESS: { ...OURS, reason: 'a kernel accessed memory outside its buffers' },
  MISALIGNED_ADDRESS: { ...OURS, reason: 'a kernel read or wrote at a wrong address' },
  INVALID_ADDRESS_SPACE: { ...OURS, reason: 'a kernel used a wrong kind of memory' },
  INVALID_PC: { ...OURS, reason: 'a kernel jumped to a wrong place' },
  ILLEGAL_INSTRUCTION: { ...OURS, reason: 'a kernel ran into a wrong instruction' },
  HARDWARE_STACK_ERROR: { ...OURS, reason: "a kernel's stack was damaged or too small" },
  ASSERT: { ...OURS, reason: 'a kernel stopped itself' },
  LAUNCH_FAILED: { ...OURS, reason: 'a kernel failed' },
  LAUNCH_OUT_OF_RESOURCES: { ...OURS, reason: 'a kernel needs more registers or threads than there are' },
  LAUNCH_TIMEOUT: {
    code: 'device-failed',
    reason: 'a kernel ran longer than the system allows on the graphics card of a display',
    remedy: `${RESUME} with a smaller per_device_batch_size or max_seq_length, ${ON_CPU}`,
  },
  ECC_UNCORRECTABLE: { ...LOST, reason: 'the memory of the graphics card has an error that cannot be corrected' },
  NVLINK_UNCORRECTABLE: { ...LOST, reason: 'the link between graphics cards has an error' },
  CONTEXT_IS_DESTROYED: { ...LOST, reason: 'the graphics card was reset' },
  CONTAINED: { ...LOST, reason: 'the graphics card met an error of its memory and ended what used it' },
  MPS_CONNECTION_FAILED: {
    code: 'device-failed',
    reason: "NVIDIA's multi-process service cannot be reached",
    remedy: BUSY,
  },
  MPS_SERVER_NOT_READY: { code: 'device-failed', reason: "NVIDIA's multi-process service is not ready", remedy: BUSY },
  MPS_MAX_CLIENTS_REACHED: { code: 'device-failed', reason: 'too many programs share the graphics card', remedy: BUSY },
  UNKNOWN: { ...LOST, reason: 'the driver met an error that it does not know' },
};

/**
 * What an error of the driver means.
 * @param call that failed, such as cuMemAlloc_v2
 * @param name as the driver gives it: CUDA_ERROR_OUT_OF_MEMORY
 */
export function driverError(call: string, name: string): SftError {
  const meaning = MEANINGS[name.replace(/^CUDA_ERROR_/, '')] ?? { ...OURS, reason: 'the driver refused a call' };
  const { code, reason, remedy } = meaning;
  return new SftError(code, `${reason} (${name} from ${call.replace(/_v2$/, '')})`, { remedy });
}
