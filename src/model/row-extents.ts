/** Which of a number of rows are free: stretches are taken where they first fit and join their free neighbours when given back. */
export class RowExtents {
  /** Free stretches, ascending, none touching the next. */
  private free: { start: number; length: number }[];

  constructor(rows: number) {
    this.free = rows > 0 ? [{ start: 0, length: rows }] : [];
  }

  /** The first row of a stretch of `length` rows; undefined where no free one is as long. */
  take(length: number): number | undefined {
    const index = this.free.findIndex((extent) => extent.length >= length);
    const extent = this.free[index];
    if (extent === undefined) return undefined;
    const { start } = extent;
    if (extent.length === length) this.free.splice(index, 1);
    else this.free[index] = { start: start + length, length: extent.length - length };
    return start;
  }

  give(start: number, length: number): void {
    if (length === 0) return;
    const next = this.free.findIndex((extent) => extent.start > start);
    this.free.splice(next < 0 ? this.free.length : next, 0, { start, length });
    this.free = this.free.reduce<{ start: number; length: number }[]>((joined, extent) => {
      const last = joined.at(-1);
      if (last !== undefined && last.start + last.length === extent.start) last.length += extent.length;
      else joined.push({ ...extent });
      return joined;
    }, []);
  }
}
