/** Work for frames to come, one job in each: several in one would make it late. A job that waits already is not added again. */
export class FrameQueue {
  private readonly jobs = new Set<() => void>();
  private frame: number | undefined;

  add(job: () => void): void {
    this.jobs.add(job);
    this.frame ??= requestAnimationFrame(this.next);
  }

  remove(job: () => void): void {
    this.jobs.delete(job);
  }

  private readonly next = (): void => {
    const [job] = this.jobs;
    if (job !== undefined) this.jobs.delete(job);
    this.frame = this.jobs.size > 0 ? requestAnimationFrame(this.next) : undefined;
    job?.();
  };
}
