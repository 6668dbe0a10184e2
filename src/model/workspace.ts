import type { Device, DeviceBuffer } from '../compute/device';

const BLOCK_ELEMENTS = 16 << 20;

/**
 * Short-lived fp32 memory for one pass, handed out like a stack: what was taken after a mark is given back by releasing it.
 * Blocks stay allocated between passes, so that a pass costs no page faults after the first.
 */
export class Workspace {
  private readonly blocks: DeviceBuffer[] = [];
  private block = 0;
  private used = 0;

  constructor(private readonly device: Device) {}

  /** fp32 [length], not zeroed. */
  take(length: number): DeviceBuffer {
    const rounded = (length + 15) & ~15;
    for (; this.block < this.blocks.length; this.block++, this.used = 0) {
      const block = this.blocks[this.block]!;
      if (this.used + rounded <= block.length) {
        const taken = block.slice(this.used, length);
        this.used += rounded;
        return taken;
      }
    }
    const block = this.device.alloc('f32', Math.max(BLOCK_ELEMENTS, rounded));
    this.blocks.push(block);
    this.used = rounded;
    return block.slice(0, length);
  }

  mark(): WorkspaceMark {
    return { block: this.block, used: this.used };
  }

  /** Gives back everything taken since the mark. */
  release(mark: WorkspaceMark): void {
    this.block = mark.block;
    this.used = mark.used;
  }

  free(): void {
    for (const block of this.blocks) this.device.free(block);
    this.blocks.length = 0;
    this.block = 0;
    this.used = 0;
  }
}

export interface WorkspaceMark {
  readonly block: number;
  readonly used: number;
}
