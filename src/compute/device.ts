/**
 * The one interface behind which every device stands. A device owns memory and runs kernels; it knows nothing of models.
 *
 * Kernels are recorded and submitted; they may run while they are recorded (the CPU) or after their recorder was submitted (a GPU's queue).
 * Only `read*` and `sync` wait, and they see what was submitted before. Every kernel checks the lengths it is given against the shapes
 * and throws a RangeError on a mismatch: a wrong length is a bug of the caller, never the user's.
 */
import type { DeviceBuffer, DeviceMemory } from './memory';
import type { Recorder } from './recorder';

export interface Device extends DeviceMemory {
  /** Of the provider that opened it: `cpu`. */
  readonly kind: string;
  /** For people: "AMD EPYC, AVX-512, 2 threads". */
  readonly description: string;

  /** Device to host, after all enqueued work; any float type arrives as fp32. */
  readFloats(buffer: DeviceBuffer): Promise<Float32Array>;
  /** The raw bits of a bf16 or f16 buffer. */
  readBits(buffer: DeviceBuffer): Promise<Uint16Array>;
  /** What a u8 buffer holds. */
  readBytes(buffer: DeviceBuffer): Promise<Uint8Array>;
  /** Waits for all enqueued work. */
  sync(): Promise<void>;

  /** A recorder for kernels that run in the order of their calls. What it reads must not be written by `write` before it is submitted. */
  begin(): Recorder;
  /** Hands over what was recorded, once. @throws SftError weights-changed where a file of weights is not what it was when it was opened */
  submit(recorder: Recorder): void;
}
