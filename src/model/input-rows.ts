import { writeIndices, type Indices } from '../compute/indices';
import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import type { LlamaModel } from './llama';
import type { TrainedRows } from './trained-rows';
import { isVirtual, virtualRow } from './virtual-ids';

/** Which rows stand where in a pass: [n] each. */
interface PlacedRows {
  readonly source: TrainedRows;
  readonly places: Indices;
  readonly rows: Indices;
}

/** Where the prompt's rows stand among the tokens of a pass; undefined where there are none. @param ids virtual ones included */
export function promptRows({ device, indices, prompt }: LlamaModel, ids: readonly number[]): PlacedRows | undefined {
  const places = ids.flatMap((id, place) => (isVirtual(id) ? [place] : []));
  if (places.length === 0) return undefined;
  if (prompt === undefined) throw new RangeError('virtual tokens in a model without a prompt');
  return placed({ device, indices }, prompt, places, (place) => virtualRow(ids[place]!));
}

/** Where tokens whose rows are trained stand among those of a pass; undefined where there are none. */
export function tokenRows({ device, indices, embedding }: LlamaModel, ids: readonly number[]): PlacedRows | undefined {
  const { rows: source } = embedding;
  if (source === undefined) return undefined;
  const rowOf = new Map(source.ids.map((id, row) => [id, row]));
  const places = ids.flatMap((id, place) => (rowOf.has(id) ? [place] : []));
  return places.length === 0
    ? undefined
    : placed({ device, indices }, source, places, (place) => rowOf.get(ids[place]!)!);
}

function placed(
  { device, indices }: Pick<LlamaModel, 'device' | 'indices'>,
  source: TrainedRows,
  places: readonly number[],
  rowAt: (place: number) => number,
): PlacedRows {
  const written = (values: readonly number[]): Indices =>
    writeIndices(device, indices.take(values.length), Int32Array.from(values));
  return { source, places: written(places), rows: written(places.map(rowAt)) };
}

/** Puts rows into x [T, C]. */
export function putRows(r: Recorder, { workspace }: LlamaModel, x: DeviceBuffer, placed: PlacedRows): void {
  const { source, places, rows } = placed;
  const { cols } = source.matrix;
  const mark = workspace.mark();
  const chosen = workspace.take(rows.length, cols, rows.length);
  r.gatherRows(chosen, source.matrix, rows, rows.length);
  r.scatterRows(x, chosen, places, places.length, cols, 0);
  workspace.release(mark);
}

/** Backward of `putRows`: adds to the gradient of the rows from dx [T, C]. */
export function rowGradients(r: Recorder, { workspace }: LlamaModel, dx: DeviceBuffer, placed: PlacedRows): void {
  const { source, places, rows } = placed;
  const { cols } = source.matrix;
  const mark = workspace.mark();
  const chosen = workspace.take(places.length, cols, places.length);
  r.gatherRows(chosen, { kind: 'dense', data: dx, rows: dx.length / cols, cols }, places, places.length);
  r.scatterRows(source.gradient, chosen, rows, rows.length, cols, 1);
  workspace.release(mark);
}
