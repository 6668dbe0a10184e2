import type { Arena } from '../compute/arena';
import type { Device } from '../compute/device';
import { writeIndices } from '../compute/indices';
import type { DenseMatrix, DeviceBuffer } from '../compute/memory';
import type { HeadDelta, Recorder } from '../compute/recorder';
import type { ReplacedRows } from './trained-rows';

/**
 * Trained rows P [n, C] in the place of some of the head's W. With S [vocab, n], whose columns have a 1 at the rows' ids, the head is
 * W + S (P - S' W): a thin product beside the frozen one, which is neither copied nor written.
 */
export interface HeadRows {
  readonly rows: ReplacedRows;
  /** S */
  readonly selection: DenseMatrix;
  /** -S' W, fp32 [n, C] */
  readonly negated: DeviceBuffer;
}

export function headRows(device: Device, head: DenseMatrix, rows: ReplacedRows): HeadRows {
  const { ids } = rows;
  const [n, cols] = [ids.length, head.cols];
  const ones = new Float32Array(head.rows * n);
  ids.forEach((id, column) => {
    ones[id * n + column] = 1;
  });
  const data = device.alloc('f32', ones.length);
  device.write(data, ones);
  const negated = device.alloc('f32', n * cols);
  const memory = device.alloc('i32', n);
  const r = device.begin();
  r.gatherRows(negated, head, writeIndices(device, memory, Int32Array.from(ids)), n);
  r.scale(negated, -1);
  device.submit(r);
  device.free(memory);
  return { rows, selection: { kind: 'dense', data, rows: head.rows, cols: n }, negated };
}

export function freeHeadRows(device: Device, { selection, negated }: HeadRows): void {
  device.free(selection.data);
  device.free(negated);
}

/** The thin product as the kernels take it, with the rows as they are now; its memory is the workspace's. */
export function headDelta(r: Recorder, workspace: Arena, { rows, selection, negated }: HeadRows): HeadDelta {
  const { rows: n, cols } = rows.matrix;
  const difference = workspace.take(n, cols, n);
  r.copy(difference, rows.matrix.data);
  r.add(difference, negated);
  return { selection, difference: { kind: 'dense', data: difference, rows: n, cols }, gradient: rows.gradient };
}
