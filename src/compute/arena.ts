import { BYTES_PER_ELEMENT, type DeviceBuffer, type DType, type DeviceMemory } from './memory';

/**
 * Short-lived memory of one type, handed out like a stack: what was taken after a mark is given back by releasing it. Blocks stay
 * allocated between passes, so that a pass costs no page faults after the first.
 *
 * Matrices are laid out for a capacity of rows: passes of fewer rows find their matrices at the places of the widest pass, so that
 * offsets, and whatever a device prepares for them, repeat from step to step.
 */
export class Arena {
  private readonly blocks: DeviceBuffer[] = [];
  private readonly align: number;
  private block = 0;
  private used = 0;
  private capacity = 0;
  private widest = 0;

  constructor(
    private readonly device: DeviceMemory,
    private readonly dtype: DType = 'f32',
    private readonly blockBytes: number = device.traits.blockBytes,
  ) {
    this.align = device.traits.sliceBytes / BYTES_PER_ELEMENT[dtype];
  }

  /**
   * Lays matrices out for passes of `rows` rows from here on.
   * @param grow for as many rows as any pass before it had, or for exactly these
   */
  layOut(rows: number, grow: boolean): void {
    if (grow) this.widest = Math.max(this.widest, rows);
    this.capacity = grow ? this.widest : rows;
  }

  /** [rows, cols], not zeroed, in the place of a matrix of as many rows as the layout has, or of `limit` if those are fewer. */
  take(rows: number, cols = 1, limit = Infinity): DeviceBuffer {
    const needed = Math.max(rows, Math.min(this.capacity, limit)) * cols;
    const rounded = Math.ceil(needed / this.align) * this.align;
    for (; this.block < this.blocks.length; this.block++, this.used = 0) {
      const block = this.blocks[this.block]!;
      if (this.used + rounded <= block.length) {
        const taken = block.slice(this.used, rows * cols);
        this.used += rounded;
        return taken;
      }
    }
    const block = this.device.alloc(this.dtype, Math.max(this.blockBytes / BYTES_PER_ELEMENT[this.dtype], rounded));
    this.blocks.push(block);
    this.used = rounded;
    return block.slice(0, rows * cols);
  }

  mark(): ArenaMark {
    return { block: this.block, used: this.used };
  }

  /** Gives back everything taken since the mark. */
  release(mark: ArenaMark): void {
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

export interface ArenaMark {
  readonly block: number;
  readonly used: number;
}
